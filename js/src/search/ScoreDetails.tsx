import { Box } from "@mui/material";
import type { Hit, SearchResult } from "../api/contract";
import { ChipImage } from "./ChipImage";
import { nameOf, type Chip } from "./chips";

interface Props {
  hit: Hit;
  kind: SearchResult["score"];
  chips: Chip[];
}

/** Why it is a hit: its score, and what each term says. */
export function ScoreDetails({ hit, kind, chips }: Props) {
  return (
    <Box data-cy="milvus-why">
      <div>
        {hit.rank}. {hit.label ?? ""} {kind} {hit.score.toFixed(3)}
      </div>
      {hit.terms?.map((score, n) => (
        <Term key={n} chip={chips[n]} score={score} />
      ))}
      {hit.notes.map((note) => (
        <div key={note} dir="auto">
          {note}
        </div>
      ))}
    </Box>
  );
}

function Term({ chip, score }: { chip: Chip | undefined; score: number }) {
  return (
    <Box sx={{ display: "flex", alignItems: "center", gap: 0.5, mt: 0.25 }}>
      {chip?.unwanted ? "−" : "+"}
      {chip && <ChipImage chip={chip} size={18} />}
      {chip && <span dir="auto">{chip.term.text ? `“${nameOf(chip)}”` : nameOf(chip)}</span>}
      <span>{score.toFixed(3)}</span>
    </Box>
  );
}
