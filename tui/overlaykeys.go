package tui

// The rows of the keymap for what lies over a screen.

var helpKeys = join(one(
	bind(actBack, "close", "close", "esc", "q", "?"),
), moving, everywhere)

var filterKeys = one(
	bind(actOpen, "keep", "keep the filter", "enter"),
	bind(actBack, "clear", "clear the filter", "esc"),
)

var searchKeys = one(
	bind(actOpen, "find", "go to the next place", "enter"),
	bind(actBack, "close", "close the search", "esc"),
)

var ignoreKeys = one(
	bind(actOpen, "suppress", "add the comment to the plan", "enter").decides(),
	bind(actBack, "back", "back; nothing changes", "esc"),
	bind(actPageDown, "", "scroll the preview down", "pgdown"),
	bind(actPageUp, "", "scroll the preview up", "pgup"),
)

var quitKeys = join(one(
	bind(actPlan, "plan", "see the plan", "w"),
	bind(actPatch, "save oakum.patch", "save the plan as oakum.patch in the directory that oakum was started on, and leave", "P").brief("patch"),
	bind(actKeep, "keep and quit", "leave and keep the decisions for next time", "q", "k"),
	bind(actDiscard, "discard and quit", "leave and discard the decisions", "D"),
	bind(actBack, "cancel", "cancel", "esc"),
), everywhere)

var changedKeys = join(one(
	bind(actRescan, "read again", "read the files again; decisions stay where their finding still exists", "r").decides(),
	bind(actBack, "back", "back to the plan; nothing was written", "esc", "q"),
), moving, everywhere)

var resumeKeys = join(one(
	bind(actAccept, "resume", "resume the last session with its decisions", "y", "enter").decides(),
	bind(actDiscard, "discard", "discard the decisions of the last session", "n"),
	bind(actBack, "later", "ask again next time; the first new decision replaces those of the last session", "esc", "q"),
), everywhere)

var noticeKeys = join(one(
	bind(actBack, "close", "close", "esc", "q", "enter"),
), moving, everywhere)

var copyKeys = join(one(
	bind(actOpen, "copy", "copy this", "enter", "c"),
	bind(actBack, "back", "back; nothing is copied", "esc", "q"),
), moving, everywhere)

var paletteKeys = one(
	bind(actOpen, "run", "run the command", "enter"),
	bind(actDown, "", "next command", "down", "ctrl+n", "tab"),
	bind(actUp, "", "previous command", "up", "shift+tab"),
	bind(actBack, "close", "close; nothing happens", "esc", "ctrl+p"),
)

var proveKeys = join(one(
	bind(actOpen, "build and start", "execute it: build and start the images before and after the plan", "enter").brief("start"),
	bind(actStop, "stop", "stop, and remove what was made", "x"),
	bind(actRescan, "again", "ask again, for the plan as it is now", "r"),
	bind(actBack, "close", "close; what runs goes on", "esc", "q"),
), moving, everywhere)
