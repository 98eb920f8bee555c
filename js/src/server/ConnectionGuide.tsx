import { MuiIconFont } from "@fiftyone/components";
import { Box, Button, Link, Stack, Typography } from "@mui/material";
import { useState } from "react";
import type { Setting } from "../api/contract";
import { Section } from "../ui/Section";
import { SelectInput } from "../ui/SelectInput";
import { GUIDES } from "./connectionGuides";
import { strings } from "./strings";

// the App's own rule for links makes them look like text
const LINK = { "&&": { color: "primary.main", textDecoration: "underline" } } as const;

/** How to connect to another Milvus, by variables that are set where FiftyOne is started. */
export function ConnectionGuide({ settings }: { settings: Setting[] }) {
  const [kind, setKind] = useState(GUIDES[0].kind);
  const guide = GUIDES.find((each) => each.kind === kind) ?? GUIDES[0];
  return (
    <Section title={strings.connect}>
      <Typography variant="body2">{strings.connectHint}</Typography>
      <SelectInput
        label={strings.kind}
        name="milvus-kind"
        value={kind}
        options={GUIDES.map((each) => ({ value: each.kind, label: each.kind }))}
        hint={guide.about}
        onChange={setKind}
      />
      <Lines key={kind} lines={guide.lines} />
      <Typography variant="body2">
        <Link href={guide.docs} target="_blank" rel="noreferrer" sx={LINK}>
          {strings.documentation(guide.product ?? guide.kind)}
        </Link>
      </Typography>
      <AlreadySet settings={settings} />
    </Section>
  );
}

function Lines({ lines }: { lines: string[] }) {
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(lines.join("\n")).then(() => setCopied(true));
  return (
    <Stack spacing={0.5} alignItems="flex-start">
      <Box
        component="pre"
        // it scrolls sideways, also by keyboard
        tabIndex={0}
        aria-label={strings.variables}
        data-cy="milvus-lines"
        sx={{
          m: 0,
          p: 1,
          width: "100%",
          overflowX: "auto",
          borderRadius: 1,
          bgcolor: "action.hover",
          fontSize: 12,
        }}
      >
        {lines.join("\n")}
      </Box>
      <Button
        size="small"
        color="secondary"
        data-cy="milvus-copy"
        startIcon={<MuiIconFont name={copied ? "check" : "content_copy"} sx={{ fontSize: 16 }} />}
        onClick={copy}
      >
        {copied ? strings.copied : strings.copy}
      </Button>
    </Stack>
  );
}

function AlreadySet({ settings }: { settings: Setting[] }) {
  const set = settings.filter((setting) => setting.set_in !== null);
  return (
    <Typography variant="caption" component="p" color="text.secondary" data-cy="milvus-set" sx={{ m: 0, overflowWrap: "anywhere" }}>
      {set.length === 0
        ? strings.noSettings
        : strings.settings(set)}
    </Typography>
  );
}
