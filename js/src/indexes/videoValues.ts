import type { BuildParams, Form, Scope, Videos, VideosAs } from "../api/contract";
import { strings } from "./strings";

const MAX_FPS = 1000;

/** What is chosen of videos; `videos_as` is "" for other samples. */
export interface VideoValues {
  videos_as: VideosAs | "";
  /** as typed; "" for the frames that have images */
  fps: string;
  clips_field: string;
}

/** What the videos of a scope offer; selected ones are in the view. */
export function videosIn({ videos }: Form, scope: Scope): Videos | null {
  return videos[scope === "dataset" ? "dataset" : "view"];
}

export function videoDefaults(form: Form, draft: Partial<VideoValues>, scope: Scope): VideoValues {
  const videos = videosIn(form, scope);
  if (!videos) return { videos_as: "", fps: "", clips_field: "" };
  const fields = videos.clips.map((each) => each.field);
  const first: VideosAs = form.embeddings_fields.length > 0 ? "videos" : "frames";
  const chosen = draft.videos_as || first;
  return {
    videos_as: chosen === "clips" && fields.length === 0 ? first : chosen,
    fps: draft.fps ?? "",
    clips_field: fields.find((field) => field === draft.clips_field) ?? fields[0] ?? "",
  };
}

/** The form of what is chosen: that of the frames, or of the clips. */
export function formOf(form: Form, values: VideoValues & { scope: Scope }): Form {
  const videos = videosIn(form, values.scope);
  if (!videos || values.videos_as === "videos") return form;
  if (values.videos_as === "clips") return { ...form, ...ofClips(videos, values.clips_field) };
  const { patches_fields, embeddings_fields } = videos.frames;
  return { ...form, ...sameMedia(null), patches_fields, embeddings_fields, filter_fields: [] };
}

function ofClips({ clips }: Videos, clips_field: string): Partial<Form> {
  const fields = clips.find((each) => each.field === clips_field)?.embeddings_fields ?? [];
  return {
    ...sameMedia(strings.clipsNeedField),
    patches_fields: [],
    embeddings_fields: fields.map((field) => ({ field, patches_field: null })),
    filter_fields: [],
  };
}

function sameMedia(problem: string | null): Pick<Form, "media_problems"> {
  return { media_problems: { dataset: problem, view: problem } };
}

/** Why there would be no frames to index. */
export function framesProblem(form: Form, { scope, videos_as, fps }: VideoValues & { scope: Scope }): string | null {
  const videos = videosIn(form, scope);
  if (!videos || videos_as !== "frames") return null;
  if (fps.trim() === "") return videos.frames.problem;
  if (!(Number(fps) > 0 && Number(fps) <= MAX_FPS)) return strings.badFps(MAX_FPS);
  return videos.frames.taking_problem;
}

export function videoParams({ videos_as, fps, clips_field }: VideoValues): Partial<BuildParams> {
  if (videos_as === "") return {};
  return {
    videos_as,
    ...(videos_as === "frames" && fps.trim() !== "" && { fps: Number(fps) }),
    ...(videos_as === "clips" && { clips_field }),
  };
}
