import { Stack } from "@mui/material";
import type { ReactNode } from "react";
import { contentsId, PLACES, tabId, type Place } from "../places";

/** What a tab shows. The others' elements are there for it to refer to, and empty. */
export function Contents({ place, children }: { place: Place; children: ReactNode }) {
  return (
    <>
      {PLACES.map(({ name }) => (
        <Stack
          key={name}
          spacing={1.5}
          role="tabpanel"
          id={contentsId(name)}
          aria-labelledby={tabId(name)}
          hidden={name !== place}
          data-cy={`milvus-contents-${name}`}
          sx={{ display: name === place ? "flex" : "none" }}
        >
          {name === place && children}
        </Stack>
      ))}
    </>
  );
}
