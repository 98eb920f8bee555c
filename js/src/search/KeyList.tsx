import { Box, Typography } from "@mui/material";
import { useState } from "react";
import { Popout } from "../ui/Popout";
import { strings } from "./strings";
import { usePanelKey } from "./usePanelKey";

/** The keys of the Search tab, which ? shows. */
export function KeyList() {
  const [open, setOpen] = useState(false);
  usePanelKey("?", () => setOpen(!open));
  return (
    <Popout title={strings.keys} icon="keyboard" name="milvus-keys" open={open} onToggle={setOpen}>
      <Box
        component="dl"
        data-cy="milvus-key-list"
        sx={{ display: "grid", gridTemplateColumns: "auto 1fr", columnGap: 2, rowGap: 0.5, m: 0 }}
      >
        {strings.keyList.map(([key, does]) => (
          <Box key={key} sx={{ display: "contents" }}>
            <Typography component="dt" variant="body2" sx={{ fontFamily: "monospace" }}>
              {key}
            </Typography>
            <Typography component="dd" variant="body2" color="text.secondary" sx={{ m: 0 }}>
              {does}
            </Typography>
          </Box>
        ))}
      </Box>
    </Popout>
  );
}
