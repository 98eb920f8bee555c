import { MuiIconFont } from "@fiftyone/components";
import { Box, IconButton, Stack, Tooltip, Typography } from "@mui/material";
import { ChipImage } from "./ChipImage";
import { nameOf, WEIGHTS, type Chip } from "./chips";
import { strings } from "./strings";

interface Props {
  chip: Chip;
  problem: string | null;
  onChange: (chip: Chip) => void;
  onRemove: (chip: Chip) => void;
}

/** A term of the query: its sign, image or text and weight, and a button that removes it. */
export function QueryChip({ chip, problem, onChange, onRemove }: Props) {
  const name = nameOf(chip);
  const color = chip.negative ? "error.main" : "success.main";
  return (
    <Tooltip disableInteractive title={problem ?? ""}>
      <Stack
        component="li"
        direction="row"
        alignItems="center"
        data-cy="milvus-chip"
        data-negative={chip.negative}
        sx={{
          height: 30,
          maxWidth: "100%",
          border: 1,
          borderColor: problem ? "divider" : color,
          borderRadius: 4,
          opacity: problem ? 0.6 : 1,
        }}
      >
        <IconButton
          size="small"
          aria-label={strings.sign(name, chip.negative)}
          data-cy="milvus-chip-sign"
          onClick={() => onChange({ ...chip, negative: !chip.negative })}
          sx={{ p: 0.5, color }}
        >
          <MuiIconFont name={chip.negative ? "remove" : "add"} sx={{ fontSize: 16 }} />
        </IconButton>
        <ChipImage chip={chip} size={26} />
        <Typography variant="caption" noWrap dir="auto" title={name} sx={{ mx: 0.5, minWidth: 0, maxWidth: 160 }}>
          {name}
        </Typography>
        <Weight chip={chip} name={name} onChange={onChange} />
        <IconButton
          size="small"
          aria-label={strings.remove(name)}
          data-cy="milvus-chip-remove"
          onClick={() => onRemove(chip)}
          sx={{ p: 0.5 }}
        >
          <MuiIconFont name="close" sx={{ fontSize: 16 }} />
        </IconButton>
      </Stack>
    </Tooltip>
  );
}

function Weight({ chip, name, onChange }: Pick<Props, "chip" | "onChange"> & { name: string }) {
  const known = WEIGHTS.includes(chip.weight) ? WEIGHTS : [...WEIGHTS, chip.weight].sort((a, b) => a - b);
  return (
    <Box
      component="select"
      aria-label={strings.weight(name)}
      data-cy="milvus-chip-weight"
      value={chip.weight}
      onChange={(event) => onChange({ ...chip, weight: Number(event.target.value) })}
      sx={{
        appearance: "none",
        border: 0,
        px: 0.5,
        height: 24,
        cursor: "pointer",
        borderRadius: 0.5,
        bgcolor: "transparent",
        color: chip.weight === 1 ? "text.secondary" : "text.primary",
        font: "inherit",
        fontSize: 12,
        "& option": { bgcolor: "background.paper", color: "text.primary" },
      }}
    >
      {known.map((weight) => (
        <option key={weight} value={weight}>
          ×{weight}
        </option>
      ))}
    </Box>
  );
}
