import { Box } from "@mui/material";
import type { Hit, SearchResult } from "../api/contract";
import { ChipImage } from "./ChipImage";
import { nameOf, type Chip } from "./chips";
import { score as formatScore } from "../ui/format";

interface Props {
  hit: Hit;
  kind: SearchResult["score"];
  chips: Chip[];
}

/** Why it is a result: its score, and the score of each term. */
export function ScoreDetails({ hit, kind, chips }: Props) {
  return (
    <Box data-cy="milvus-why">
      <div>
        {hit.rank}. {hit.label ?? ""} {kind} {formatScore(hit.score)}
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
      <span>{formatScore(score)}</span>
    </Box>
  );
}
