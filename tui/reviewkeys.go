package tui

// The rows of the keymap for looking closely, deciding and writing.

var reviewKeys = join(one(
	bind(actAccept, "accept", "accept the fix and go to the next open finding", "y", "enter").decides(),
	bind(actSkip, "skip", "skip the finding and go to the next one", "n").decides(),
	ruleKey,
	bind(actSkipFile, "skip file", "skip all open findings in this file", "d").decides(),
	bind(actNextPart, "next fix", "next alternative", "tab"),
	bind(actPrevPart, "", "previous alternative", "shift+tab"),
	optionsKey,
), diffing[:1], one(
	bind(actZoom, "zoom", "the whole file, before and after", "z"),
	explainKey,
	bind(actCopyWhat, "copy", "copy the change, a command to verify it, or the place", "c"),
	suppressKey,
	bind(actNext, "next", "next finding", "]"),
	bind(actPrev, "prev", "previous finding", "["),
	editKey,
	planKey,
	safeKey.labelled(""),
	referenceKey,
), history, diffing[1:6], moving, one(
	bind(actBack, "list", "back to the list", "esc"),
	quitKey, helpKey), everywhere)

// panes are the keys of two panes, of which the second shows what leads to findings.
var panesKeys = join(one(
	bind(actNextPart, "pane", "to the other pane", "tab", "shift+tab"),
	planKey,
	bind(actFold, "", "close the group", "h", "left"),
	bind(actUnfold, "", "open the group", "l", "right"),
), history, moving, one(
	bind(actBack, "back", "back to the left pane; from there, to where you came from", "esc"),
	quitKey, helpKey), everywhere)

var mapKeys = join(one(
	bind(actOpen, "look closer", "go to the steps of an attacker's path to the service; on a step, open the finding whose fix closes it", "enter").brief("open"),
	bind(actLevel, "compare", "compare with the accepted fixes, with all safe fixes besides, or with all fixes", "f"),
	bind(actCopy, "copy", "copy the map as a Mermaid flowchart", "c"),
), panesKeys)

var checklistKeys = join(one(
	bind(actOpen, "look closer", "go to the findings of the question; on a finding, open it", "enter").brief("open"),
	bind(actLevel, "open only", "show only what does not hold or cannot be seen, or all questions", "f"),
	bind(actCopy, "copy", "copy the checklist as Markdown", "c"),
), panesKeys)

var newKeys = join(one(
	bind(actOpen, "look at the files", "go to the files that would be written", "enter", "tab", "shift+tab").brief("files"),
	bind(actDown, "next", "next choice", "down", "j"),
	bind(actUp, "", "choice before", "up", "k"),
	bind(actRight, "change", "next value", "right", "l"),
	bind(actLeft, "", "value before", "left", "h"),
	bind(actToggle, "", "next value, and after the last the first", "space"),
	bind(actPageDown, "", "scroll the files down", "pgdown", "ctrl+d"),
	bind(actPageUp, "", "scroll the files up", "pgup", "ctrl+u"),
	bind(actBack, "leave", "leave; nothing is written", "esc"),
	bind(actHelp, "help", "these keys", "f1", "?"),
), everywhere)

var newFilesKeys = join(one(
	bind(actWrite, "write", "write all files; none that is there is overwritten, and no other key writes", "enter"),
	bind(actNext, "next file", "next file", "]"),
	bind(actPrev, "", "file before", "["),
), diffing[:6], moving, one(
	bind(actBack, "choices", "back to the choices", "esc", "tab", "shift+tab"),
	helpKey), everywhere)

var optionsKeys = join(one(
	bind(actOpen, "accept", "accept the chosen fix with these values", "enter").decides(),
	bind(actToggle, "choose", "choose the alternative, or switch the box", "space"),
	bind(actDown, "next field", "next field", "down", "j", "tab"),
	bind(actUp, "", "previous field", "up", "k", "shift+tab"),
	bind(actPageDown, "", "scroll the preview down", "pgdown", "ctrl+d"),
	bind(actPageUp, "", "scroll the preview up", "pgup", "ctrl+u"),
	bind(actBack, "back", "back; nothing changes", "esc"),
	helpKey), everywhere)

var explainKeys = join(one(
	referenceKey.labelled("open reference"),
	bind(actCopy, "copy", "copy the address of the first reference", "c"),
), moving, one(leaveKey, helpKey), everywhere)

var diffKeys = join(one(
	bind(actAccept, "accept", "accept the fix and go to the next open finding", "y").decides(),
	bind(actSkip, "skip", "skip the finding and go to the next one", "n").decides(),
	bind(actNext, "next change", "next change", "]"),
	bind(actPrev, "prev", "previous change", "["),
	bind(actNextPart, "next file", "next file", "tab"),
	bind(actPrevPart, "", "previous file", "shift+tab"),
	bind(actFilter, "search", "search in the diff", "/"),
	bind(actOpen, "", "next match of the search", "enter"),
	bind(actFold, "", "previous match of the search", "shift+enter", "N"),
	bind(actZoom, "unzoom", "back to the smaller view", "z"),
), diffing, moving, one(leaveKey, helpKey), everywhere)

var planKeys = join(one(
	bind(actWrite, "write", "write the files; no other key writes", "enter").decides(),
	bind(actPatch, "save oakum.patch", "save the plan as oakum.patch in the directory that oakum was started on", "P").brief("patch"),
	bind(actCopy, "copy patch", "copy the patch to the clipboard", "c").brief("copy"),
	bind(actProve, "prove", "build and start the images before and after, and compare them; says first what is executed", "E"),
	bind(actToggle, "leave file out", "leave the file and all fixes that touch it out of the plan, or put them back", "space").brief("leave out").decides(),
	bind(actDown, "file", "next file", "j", "down", "tab"),
	bind(actUp, "", "previous file", "k", "up", "shift+tab"),
	bind(actZoom, "zoom", "the file's diff on the whole screen", "z"),
	bind(actNext, "", "next change", "]"),
	bind(actPrev, "", "previous change", "["),
), diffing[:6], one(
	bind(actTop, "", "first file", "g", "home"),
	bind(actBottom, "", "last file", "G", "end"),
	bind(actHalfDown, "", "scroll the diff down", "ctrl+d"),
	bind(actHalfUp, "", "scroll the diff up", "ctrl+u"),
	bind(actPageDown, "", "scroll the diff a page down", "pgdown"),
	bind(actPageUp, "", "scroll the diff a page up", "pgup"),
), history, one(backKey,
	bind(actQuit, "quit", "leave without writing", "q").decides(),
	helpKey), everywhere)

var doneKeys = join(one(
	bind(actRescan, "scan again", "read the files again", "r").decides(),
	bind(actCopy, "copy", "copy this summary", "c"),
	bind(actCopyCommit, "copy commit message", "copy a commit message for what was written", "C").brief("commit"),
	bind(actShowAll, "show all", "show all files and all checks, or only the first of them", "x").brief("all"),
	bind(actHowToUndo, "", "say how the written files are restored", "u"),
	bind(actCopyPull, "copy pull request", "copy a pull-request text for what was written", "P").brief("pull request"),
), moving, one(
	bind(actBack, "list", "back to the findings that are left", "esc"),
	quitKey, helpKey), everywhere)
