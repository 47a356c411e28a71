// What every page runs that may run anything: each part finds what it works on, or does nothing.

import { openEvidence } from "./evidence/popover.js";
import { sortTables } from "./table/sort.js";

openEvidence();
sortTables();
