import { Box } from "@mui/material";
import type { Hit, SearchResult } from "../../shared/api";
import { nameOf, type Chip } from "../chips";

interface Props {
  hit: Hit;
  kind: SearchResult["score"];
  chips: Chip[];
}

/** Why it is a hit: its score, and what each term says. */
export function Why({ hit, kind, chips }: Props) {
  return (
    <Box data-cy="milvus-why">
      <div>
        {hit.rank}. {hit.label ?? ""} {kind} {hit.score.toFixed(3)}
      </div>
      {hit.terms?.map((score, n) => (
        <div key={n} dir="auto">
          {chips[n]?.unwanted ? "− " : "+ "}
          {chips[n] ? nameOf(chips[n]) : ""} {score.toFixed(3)}
        </div>
      ))}
      {hit.notes.map((note) => (
        <div key={note} dir="auto">
          {note}
        </div>
      ))}
    </Box>
  );
}
