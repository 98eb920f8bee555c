import type { Videos, VideosAs } from "../api/contract";
import { SelectInput, type SelectOption } from "../ui/SelectInput";
import { TextInput } from "../ui/TextInput";
import { strings } from "./strings";
import type { FieldProps } from "./useIndexForm";

interface Props extends Pick<FieldProps, "values" | "problems" | "change"> {
  videos: Videos;
  /** whether the videos have vectors of their own */
  ownVectors: boolean;
}

/** Whether the videos, their frames or clips of them are indexed. */
export function VideoFields({ videos, ownVectors, values, problems, change }: Props) {
  const { clips } = videos;
  const options: SelectOption<VideosAs>[] = [
    { value: "frames", label: strings.whole.frames },
    { value: "clips", label: strings.whole.clips, disabled: clips.length === 0 },
    { value: "videos", label: strings.whole.videos, disabled: !ownVectors },
  ];
  return (
    <>
      <SelectInput
        label={strings.videosAs}
        name="milvus-videos-as"
        value={values.videos_as || "videos"}
        options={options}
        onChange={(videos_as) => change({ videos_as })}
      />
      {values.videos_as === "frames" && (
        <TextInput
          numeric
          label={strings.fps}
          name="milvus-fps"
          value={values.fps}
          placeholder={strings.framesWithImages}
          hint={strings.fpsHint}
          error={problems.fps}
          onChange={(fps) => change({ fps })}
        />
      )}
      {values.videos_as === "clips" && (
        <SelectInput
          label={strings.clipsField}
          name="milvus-clips-field"
          value={values.clips_field}
          options={clips.map(({ field }) => ({ value: field, label: field }))}
          onChange={(clips_field) => change({ clips_field })}
        />
      )}
    </>
  );
}
