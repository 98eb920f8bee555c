import { Box } from "@mui/material";
import type { Result, SearchResult } from "../api/contract";
import { score as formatScore } from "../ui/format";
import { ChipImage } from "./ChipImage";
import { nameOf, type Chip } from "./chips";

interface Props {
  result: Result;
  kind: SearchResult["score"];
  chips: Chip[];
}

/** Why it is a result: its score, and the score of each term. */
export function ScoreDetails({ result, kind, chips }: Props) {
  return (
    <Box data-cy="milvus-why">
      <div>
        {result.rank}. {result.label ?? ""} {kind} {formatScore(result.score)}
      </div>
      {result.term_scores?.map((score, n) => (
        <Term key={n} chip={chips[n]} score={score} />
      ))}
      {result.notes.map((note) => (
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
      {chip?.negative ? "−" : "+"}
      {chip && <ChipImage chip={chip} size={18} />}
      {chip && <span dir="auto">{chip.term.text ? `“${nameOf(chip)}”` : nameOf(chip)}</span>}
      <span>{formatScore(score)}</span>
    </Box>
  );
}
