package tui

import "slices"

// An action is what a key means on some screen. Screens know actions and
// never keys.
type action int

const (
	actNone action = iota

	// Moving.
	actUp
	actDown
	actTop
	actBottom
	actHalfUp
	actHalfDown
	actPageUp
	actPageDown
	actFold   // close a group
	actUnfold // open a group
	actNextPart
	actPrevPart
	actNext // group, finding or change, as the screen has it
	actPrev

	// Deciding.
	actOpen
	actAccept
	actSkip
	actToggle
	actAcceptRule
	actAcceptSafe
	actAcceptShown
	actSkipFile
	actIgnore
	actUndo
	actRedo

	// Looking.
	actOptions
	actExplain
	actSplit
	actZoom
	actLessContext
	actMoreContext
	actWrap
	actLeft
	actRight
	actFilter
	actGroup
	actLevel
	actWider
	actNarrower

	// Leaving the screen for something else.
	actEditor
	actReference
	actCopy
	actPlan
	actPatch
	actWrite
	actRescan
	actDiscard
	actKeep

	// On the first page.
	actDoorSafe // the doors are in this order
	actDoorReview
	actDoorManual
	actList

	// Everywhere.
	actMouse
	actHelp
	actQuit
	actBack
	actAbort
	actSuspend
	actRedraw

	// While a line is being typed.
	actRubOut
	actDelete
	actWordBack
	actClearLine
	actHome
	actEnd
)

// A binding gives keys their meaning on one screen.
type binding struct {
	act  action
	keys []string // as Bubble Tea spells them; the first is the one shown

	label string // for the footer; "" keeps it out of there
	short string // for narrow footers; "" is label
	help  string // for the help overlay: what it does, in full

	// session marks what reads or changes the session: it waits while the
	// session is lent to a command.
	session bool
}

// place names a screen or an overlay; it is the row of the keymap it uses.
type place string

const (
	onScan    place = "scan"
	onHome    place = "overview"
	onList    place = "list"
	onReview  place = "review"
	onOptions place = "options"
	onExplain place = "explain"
	onDiff    place = "diff"
	onPlan    place = "plan"
	onDone    place = "done"

	onHelp    place = "help"
	onFilter  place = "filter"
	onSearch  place = "search"
	onIgnore  place = "ignore"
	onQuit    place = "quit"
	onChanged place = "changed"
	onResume  place = "resume"
	onNotice  place = "notice"
)

// places are all rows of the keymap, in the order help and README list them.
var places = []place{
	onScan, onHome, onList, onReview, onOptions, onExplain, onDiff, onPlan, onDone,
	onHelp, onFilter, onSearch, onIgnore, onQuit, onChanged, onResume, onNotice,
}

func bind(act action, label, help string, keys ...string) binding {
	return binding{act: act, keys: keys, label: label, help: help}
}

// brief gives a binding a shorter label for narrow footers.
func (b binding) brief(s string) binding { b.short = s; return b }

// decides marks a binding that touches the session.
func (b binding) decides() binding { b.session = true; return b }

var moving = []binding{
	bind(actDown, "", "down", "j", "down"),
	bind(actUp, "", "up", "k", "up"),
	bind(actTop, "", "to the top", "g", "home"),
	bind(actBottom, "", "to the end", "G", "end"),
	bind(actHalfDown, "", "half a page down", "ctrl+d"),
	bind(actHalfUp, "", "half a page up", "ctrl+u"),
	bind(actPageDown, "", "a page down", "pgdown"),
	bind(actPageUp, "", "a page up", "pgup"),
}

var everywhere = []binding{
	bind(actMouse, "", "turn the mouse on or off; off leaves selecting text to the terminal", "m"),
	bind(actAbort, "", "leave at once with exit code 130; nothing is written", "ctrl+c"),
	bind(actSuspend, "", "suspend; fg comes back", "ctrl+z"),
	bind(actRedraw, "", "draw the screen anew", "ctrl+l"),
}

var history = []binding{
	bind(actUndo, "undo", "take the last step back", "u").decides(),
	bind(actRedo, "redo", "make the step again", "ctrl+r").decides(),
}

// diffing are the keys of everything that shows a diff.
var diffing = []binding{
	bind(actSplit, "split", "two columns or one", "s"),
	bind(actMoreContext, "", "show more lines around changes", "}"),
	bind(actLessContext, "", "show fewer lines around changes", "{"),
	bind(actWrap, "", "wrap long lines or cut them", "W"),
	bind(actLeft, "", "scroll left", "H"),
	bind(actRight, "", "scroll right", "L"),
	bind(actCopy, "copy", "copy the diff to the clipboard", "c"),
}

var (
	helpKey  = bind(actHelp, "help", "these keys", "?")
	quitKey  = bind(actQuit, "quit", "leave oakum; asks when accepted fixes are not written", "q").decides()
	backKey  = bind(actBack, "back", "back to where you came from", "esc")
	leaveKey = bind(actBack, "back", "back to where you came from", "esc", "q")
)

// keymap holds every binding of the interface. The footer shows labelled ones
// in this order, as far as there is room; help shows all.
var keymap = map[place][]binding{
	onScan: join(one(
		bind(actQuit, "quit", "stop reading and leave", "q", "esc"),
	), one(helpKey), everywhere),

	onHome: join(one(
		bind(actOpen, "open", "open what the cursor is on", "enter"),
		bind(actDoorSafe, "safe", "accept every safe fix and see the plan", "1").decides(),
		bind(actDoorReview, "walk", "go through the fixes that need a look, one by one", "2").decides(),
		bind(actDoorManual, "by hand", "list the findings that have no automatic fix", "3").decides(),
		bind(actList, "all findings", "list all findings", "l", "tab").brief("all"),
		bind(actPlan, "plan", "see the plan; nothing is written before enter there", "w"),
		bind(actAcceptSafe, "", "accept every safe fix, and those that come up once these are made", "A").decides(),
		bind(actRescan, "", "read the files again", "r").decides(),
	), history, moving, one(quitKey, helpKey), everywhere),

	onList: join(one(
		bind(actToggle, "accept", "accept the fix, or take the decision back; on a group, open or close it", "space").decides(),
		bind(actOpen, "review", "look at the finding closely; on a group, open or close it", "enter"),
		bind(actPlan, "plan", "see the plan; nothing is written before enter there", "w"),
		bind(actAcceptRule, "all of rule", "accept every fix of this rule that is shown; on a group, every fix of the group", "a").brief("rule").decides(),
		bind(actAcceptSafe, "all safe", "accept every safe fix that is shown, and those that come up once these are made", "A").brief("safe").decides(),
		bind(actFilter, "filter", "show only rows with these words; ! in front inverts; esc clears", "/"),
		bind(actGroup, "group", "group by file, severity, rule, level or service", "t"),
		bind(actLevel, "level", "show all levels, or only safe, review or manual ones", "f"),
		bind(actIgnore, "ignore", "leave it and record why, as a comment in the file", "i").decides(),
		bind(actOptions, "options", "alternatives and their parameters", "p"),
		bind(actExplain, "explain", "all there is to say about the finding and its rule", "x"),
		bind(actZoom, "file diff", "the whole file as it will be written", "z"),
		bind(actEditor, "edit", "open the file in $EDITOR at the line", "e").decides(),
		bind(actReference, "", "open the rule's first reference in the browser", "o"),
		bind(actNextPart, "pane", "to the other pane", "tab", "shift+tab"),
		bind(actNext, "", "next group", "]"),
		bind(actPrev, "", "previous group", "["),
		bind(actFold, "", "close the group, or the list of places", "h", "left"),
		bind(actUnfold, "", "open the group, or list the places where the same fix is proposed", "l", "right"),
		bind(actAcceptShown, "", "accept every fix that is shown, safe or not, and those that come up once these are made", "ctrl+a").decides(),
		bind(actWider, "", "make the list larger", "+", "="),
		bind(actNarrower, "", "make the list smaller", "-"),
	), history, diffing, moving, one(
		bind(actBack, "back", "clear the filter; without one, back to the overview", "esc"),
		quitKey, helpKey), everywhere),

	onReview: join(one(
		bind(actAccept, "accept", "accept the fix and go on to the next open finding", "y", "enter").decides(),
		bind(actSkip, "skip", "leave the finding as it is and go on", "n").decides(),
		bind(actAcceptRule, "all of rule", "accept the fixes of every finding of this rule", "a").brief("rule").decides(),
		bind(actSkipFile, "skip file", "skip what is still open in this file", "d").decides(),
		bind(actNextPart, "next fix", "next alternative", "tab"),
		bind(actPrevPart, "", "previous alternative", "shift+tab"),
		bind(actOptions, "options", "alternatives and their parameters", "p"),
	), diffing[:1], one(
		bind(actZoom, "zoom", "the whole file, before and after", "z"),
		bind(actExplain, "explain", "all there is to say about the finding and its rule", "x"),
		bind(actIgnore, "ignore", "leave it and record why, as a comment in the file", "i").decides(),
		bind(actNext, "next", "next finding", "]"),
		bind(actPrev, "prev", "previous finding", "["),
		bind(actEditor, "edit", "open the file in $EDITOR at the line", "e").decides(),
		bind(actPlan, "plan", "see the plan; nothing is written before enter there", "w"),
		bind(actAcceptSafe, "", "accept every safe fix, and those that come up once these are made", "A").decides(),
		bind(actReference, "", "open the rule's first reference in the browser", "o"),
	), history, diffing[1:], moving, one(
		bind(actBack, "list", "back to the list", "esc"),
		quitKey, helpKey), everywhere),

	onOptions: join(one(
		bind(actOpen, "accept", "accept the chosen fix with these values", "enter").decides(),
		bind(actToggle, "choose", "choose the alternative, or switch the box", "space"),
		bind(actDown, "next field", "next field", "down", "j", "tab"),
		bind(actUp, "", "previous field", "up", "k", "shift+tab"),
		bind(actPageDown, "", "scroll the preview down", "pgdown", "ctrl+d"),
		bind(actPageUp, "", "scroll the preview up", "pgup", "ctrl+u"),
		bind(actBack, "back", "back; nothing changes", "esc"),
		helpKey), everywhere),

	onExplain: join(one(
		bind(actReference, "open reference", "open the first reference in the browser", "o"),
		bind(actCopy, "copy", "copy the first reference's address", "c"),
	), moving, one(leaveKey, helpKey), everywhere),

	onDiff: join(one(
		bind(actAccept, "accept", "accept the fix and go on to the next open finding", "y").decides(),
		bind(actSkip, "skip", "leave the finding as it is and go on", "n").decides(),
		bind(actNext, "next change", "next change", "]"),
		bind(actPrev, "prev", "previous change", "["),
		bind(actNextPart, "next file", "next file", "tab"),
		bind(actPrevPart, "", "previous file", "shift+tab"),
		bind(actFilter, "search", "search in the diff", "/"),
		bind(actOpen, "", "next place the search found", "enter"),
		bind(actFold, "", "previous place the search found", "shift+enter", "N"),
		bind(actZoom, "unzoom", "back to the smaller view", "z"),
	), diffing, moving, one(leaveKey, helpKey), everywhere),

	onPlan: join(one(
		bind(actWrite, "write", "write the files: the only key that does", "enter").decides(),
		bind(actPatch, "save as patch", "save the plan as a patch file", "P").brief("patch"),
		bind(actCopy, "copy patch", "copy the patch to the clipboard", "c").brief("copy"),
		bind(actToggle, "leave file out", "leave the file out, with every fix that touches it, or take it in again", "space").brief("leave out").decides(),
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
		helpKey), everywhere),

	onDone: join(one(
		bind(actRescan, "scan again", "read the files again", "r").decides(),
		bind(actCopy, "copy", "copy this summary", "c"),
	), moving, one(
		bind(actBack, "list", "to what is left", "esc"),
		quitKey, helpKey), everywhere),

	onHelp: join(one(
		bind(actBack, "close", "close", "esc", "q", "?"),
	), moving, everywhere),

	onFilter: one(
		bind(actOpen, "keep", "keep the filter", "enter"),
		bind(actBack, "clear", "clear the filter", "esc"),
	),
	onSearch: one(
		bind(actOpen, "find", "go to the next place", "enter"),
		bind(actBack, "close", "close the search", "esc"),
	),
	onIgnore: one(
		bind(actOpen, "ignore", "write the comment when the plan is written", "enter").decides(),
		bind(actBack, "back", "back; nothing changes", "esc"),
		bind(actPageDown, "", "scroll the preview down", "pgdown"),
		bind(actPageUp, "", "scroll the preview up", "pgup"),
	),
	onQuit: join(one(
		bind(actPlan, "plan", "see the plan", "w"),
		bind(actPatch, "patch", "save the plan as a patch file and leave", "P"),
		bind(actKeep, "keep", "leave, and keep the verdicts for the next time", "q", "k"),
		bind(actDiscard, "discard", "leave, and forget the verdicts", "D"),
		bind(actBack, "stay", "stay", "esc"),
	), everywhere),
	onChanged: join(one(
		bind(actRescan, "read again", "read the files again; verdicts stay where their finding still exists", "r").decides(),
		bind(actBack, "back", "back to the plan; nothing was written", "esc", "q"),
	), moving, everywhere),
	onResume: join(one(
		bind(actAccept, "take them up", "take the earlier verdicts up again", "y", "enter").decides(),
		bind(actDiscard, "forget them", "forget the earlier verdicts", "n"),
		bind(actBack, "later", "decide another time; the first new verdict replaces them", "esc", "q"),
	), everywhere),
	onNotice: join(one(
		bind(actBack, "close", "close", "esc", "q", "enter"),
	), moving, everywhere),
}

// typing are the keys of a line that is being typed. What is not here and
// has text is typed.
var typing = []binding{
	bind(actLeft, "", "left", "left", "ctrl+b"),
	bind(actRight, "", "right", "right", "ctrl+f"),
	bind(actHome, "", "to the start of the line", "home", "ctrl+a"),
	bind(actEnd, "", "to the end of the line", "end", "ctrl+e"),
	bind(actRubOut, "", "delete the letter before", "backspace", "ctrl+h"),
	bind(actDelete, "", "delete the letter under the cursor", "delete"),
	bind(actWordBack, "", "delete the word before", "ctrl+w", "alt+backspace"),
	bind(actClearLine, "", "delete the line up to the cursor", "ctrl+u"),
	bind(actAbort, "", "leave at once with exit code 130; nothing is written", "ctrl+c"),
	bind(actSuspend, "", "suspend; fg comes back", "ctrl+z"),
	bind(actRedraw, "", "draw the screen anew", "ctrl+l"),
}

// lookup finds what a key means in a list of bindings.
func lookup(bindings []binding, key string) (binding, bool) {
	for _, b := range bindings {
		if slices.Contains(b.keys, key) {
			return b, true
		}
	}
	return binding{}, false
}

func one(b ...binding) []binding { return b }

func join(parts ...[]binding) []binding { return slices.Concat(parts...) }
