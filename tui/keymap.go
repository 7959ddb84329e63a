package tui

import (
	"slices"
	"unicode/utf8"
)

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
	actCopyWhat   // asks what to copy
	actCopyCommit // texts about what was written
	actCopyPull
	actPlan
	actPatch
	actWrite
	actProve
	actStop
	actRescan
	actDiscard
	actKeep
	actHowToUndo
	actShowAll

	// On the first page.
	actDoorSafe // the doors are in this order
	actDoorReview
	actDoorManual
	actList
	actOutlook

	// Other ways to look at the findings.
	actMap
	actChecklist

	// Everywhere.
	actPalette
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
	actClearEnd
	actWordLeft
	actWordRight
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
	onCopy    place = "copy"
	onPalette place = "commands"
	onProve   place = "prove"

	onMap       place = "map"
	onChecklist place = "checklist"
	onNew       place = "new"
	onNewFiles  place = "preview"
)

// places are all rows of the keymap, in the order help and README list them.
var places = []place{
	onScan, onHome, onList, onMap, onChecklist, onReview, onOptions, onExplain, onDiff, onPlan, onDone, onNew, onNewFiles,
	onHelp, onFilter, onSearch, onIgnore, onQuit, onChanged, onResume, onNotice, onCopy, onPalette, onProve,
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
	bind(actPalette, "", "find a command of this screen by its name and run it", ":", "ctrl+p"),
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

// Keys that mean the same on several screens.
var (
	planKey      = bind(actPlan, "plan", "see the plan; nothing is written before you press enter there", "w")
	suppressKey  = bind(actIgnore, "suppress", "suppress the finding with a comment in the file that gives the reason", "i").decides()
	optionsKey   = bind(actOptions, "options", "choose another fix, or set its values", "p")
	explainKey   = bind(actExplain, "explain", "everything about the finding and its rule", "x")
	editKey      = bind(actEditor, "edit", "open the file in $EDITOR at the line", "e").decides()
	referenceKey = bind(actReference, "", "open the rule's first reference in the browser", "o")
	ruleKey      = bind(actAcceptRule, "all of rule", "accept every fix of this rule that the list shows; on a group, every fix of the group", "a").brief("rule").decides()
	safeKey      = bind(actAcceptSafe, "all safe", "accept every safe fix that the list shows, and those that appear once these are made", "A").brief("safe").decides()
	mapKey       = bind(actMap, "", "see who connects to whom, and an attacker's path to each service", "M")
	checklistKey = bind(actChecklist, "", "go through the checklist: what holds, what does not, and what no file shows", "C")
	shownKey     = bind(actAcceptShown, "", "accept every fix that the list shows, safe or not, and those that appear once these are made", "ctrl+a").decides()
)

// labelled gives a binding another label, or with "" none.
func (b binding) labelled(s string) binding { b.label, b.short = s, ""; return b }

var (
	helpKey  = bind(actHelp, "help", "these keys", "?")
	quitKey  = bind(actQuit, "quit", "leave oakum; asks first when accepted fixes have not been written", "q").decides()
	backKey  = bind(actBack, "back", "back to where you came from", "esc")
	leaveKey = bind(actBack, "back", "back to where you came from", "esc", "q")
)

// keymap holds every binding of the interface: rows that are long, or of one
// kind, stand in files beside it. The footer shows labelled ones in this order, as
// far as there is room; help shows all.
var keymap = map[place][]binding{
	onScan: join(one(
		bind(actQuit, "quit", "stop reading and leave", "q", "esc"),
	), one(helpKey), everywhere),

	onHome: join(one(
		bind(actOpen, "open", "open what the cursor is on", "enter"),
		bind(actDoorSafe, "safe", "accept every safe fix and see the plan", "1").decides(),
		bind(actDoorReview, "walk", "go through the fixes that need a look, one by one", "2").decides(),
		bind(actDoorManual, "by hand", "list the findings that no safe or review fix mends", "3").decides(),
		bind(actList, "all findings", "list all findings", "l", "tab").brief("all"),
		mapKey.labelled("map"),
		checklistKey.labelled("checklist"),
		planKey,
		bind(actAcceptSafe, "", "accept every safe fix, and those that appear once these are made", "A").decides(),
		bind(actOutlook, "work out", "work out the score with all fixes where that takes long", "o").decides(),
		bind(actRescan, "", "read the files again", "r").decides(),
	), history, moving, one(quitKey, helpKey), everywhere),

	onList: join(one(
		bind(actToggle, "accept", "accept the fix, or take the decision back; on a group, open or close it", "space").decides(),
		bind(actOpen, "review", "look at the finding closely; on a group, open or close it", "enter"),
		planKey,
		ruleKey,
		safeKey,
		bind(actFilter, "filter", "show only rows with these words (! in front inverts, esc clears)", "/"),
		bind(actGroup, "group", "group by file, severity, rule, level or service", "t"),
		bind(actLevel, "level", "show all levels, or only safe, review or manual ones", "f"),
		suppressKey,
		optionsKey,
		explainKey,
		bind(actZoom, "file diff", "the whole file as it will be written", "z"),
		editKey,
		referenceKey,
		bind(actNextPart, "pane", "to the other pane", "tab", "shift+tab"),
		bind(actNext, "", "next group", "]"),
		bind(actPrev, "", "previous group", "["),
		bind(actFold, "", "close the group, or the list of places", "h", "left"),
		bind(actUnfold, "", "open the group, or list the places where the same fix is proposed", "l", "right"),
		shownKey,
		mapKey,
		checklistKey,
		bind(actWider, "", "make the list larger", "+", "="),
		bind(actNarrower, "", "make the list smaller", "-"),
	), history, diffing, moving, one(
		bind(actBack, "back", "clear the filter; without one, back to the overview", "esc"),
		quitKey, helpKey), everywhere),

	onMap: mapKeys, onChecklist: checklistKeys, onNew: newKeys, onNewFiles: newFilesKeys, onReview: reviewKeys, onOptions: optionsKeys, onExplain: explainKeys, onDiff: diffKeys, onPlan: planKeys, onDone: doneKeys,

	onHelp: helpKeys, onFilter: filterKeys, onSearch: searchKeys, onIgnore: ignoreKeys, onQuit: quitKeys, onChanged: changedKeys,
	onResume: resumeKeys, onNotice: noticeKeys, onCopy: copyKeys, onPalette: paletteKeys, onProve: proveKeys,
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
	bind(actClearEnd, "", "delete the line from the cursor on", "ctrl+k"),
	bind(actWordLeft, "", "a word to the left", "alt+left", "ctrl+left", "alt+b"),
	bind(actWordRight, "", "a word to the right", "alt+right", "ctrl+right", "alt+f"),
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

// isTyped reports whether the first key of a binding is a letter, which goes into a line
// that is being typed.
func (b binding) isTyped() bool { return utf8.RuneCountInString(b.keys[0]) == 1 }

func one(b ...binding) []binding { return b }

func join(parts ...[]binding) []binding { return slices.Concat(parts...) }
