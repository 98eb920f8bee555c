import { Tab, Tabs as MuiTabs } from "@mui/material";
import { contentsId, PLACES, tabId, type Place } from "../places";

interface Props {
  place: Place;
  onChange: (place: Place) => void;
}

/** One tab a place; the arrow keys go from one to the next. */
export function Tabs({ place, onChange }: Props) {
  return (
    <MuiTabs
      value={place}
      variant="fullWidth"
      textColor="inherit"
      aria-label="Places of the Milvus panel"
      selectionFollowsFocus
      onChange={(_, next: Place) => onChange(next)}
      sx={{ minHeight: 36, borderBottom: 1, borderColor: "divider" }}
    >
      {PLACES.map(({ name, label }) => (
        <Tab
          key={name}
          id={tabId(name)}
          value={name}
          label={label}
          aria-controls={contentsId(name)}
          data-cy={`milvus-place-${name}`}
          sx={{ minHeight: 36, minWidth: 0, px: 0, py: 0.5, textTransform: "none" }}
        />
      ))}
    </MuiTabs>
  );
}
