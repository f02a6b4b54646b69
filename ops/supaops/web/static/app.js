// Everything works without these: they only make the pages livelier and quicker to use.
import { begin as beginCopy } from "./copy.js";
import { begin as beginDialogs } from "./dialogs.js";
import { begin as beginKeys } from "./keys.js";
import { begin as beginLive } from "./live.js";
import { begin as beginNotices } from "./notices.js";
import { begin as beginSelection } from "./selection.js";

for (const begin of [beginNotices, beginDialogs, beginCopy, beginSelection, beginKeys, beginLive]) {
  begin();
}
document.documentElement.dataset.scripted = "";
