package theme

// Marks are the signs of the interface. Each is one cell wide, or as wide as
// its ASCII form, so that a layout does not depend on which set is in use.
// Signs whose width terminals disagree about are not among them.
type Marks struct {
	// What was decided about a finding. Three cells.
	Open, Accepted, Skipped, Ignored, Manual, Blocked, Closed, Pending string

	// Some is in front of findings that were decided in different ways. Three cells.
	Some string

	// Form fields. Three cells.
	RadioOn, RadioOff string

	Cursor              string // in front of the row with the cursor
	Expanded, Collapsed string // in front of a group
	Attention           string // in front of what needs a look
	Ellipsis            string // where words were cut
	CutRight, CutLeft   string // where a line goes on beyond the edge
	Dot                 string // between words of a title
	Dash                string // where there is no value
	Minus               string // in front of a number of removed lines
	Arrow               string // between two scores; surrounded by spaces
	Tab                 string // where indentation changes: the start of a tab
	CR                  string // where a line ending changes: a carriage return
	Gone                string // fills the side of a split diff that has no line
	Left, Right         string // around a choice
	BarFull, BarEmpty   string // progress

	// Lines. The heavy one underlines the pane that has the keys.
	Rule, RuleHeavy, Vertical, Thumb, TeeDown, TeeUp, Cross string
	CornerTL, CornerTR, CornerBL, CornerBR                  string
}

var unicodeMarks = Marks{
	Open: "[ ]", Accepted: "[✓]", Skipped: "[–]", Ignored: "[i]", Manual: "[!]", Blocked: "[×]", Closed: "[=]", Pending: "[…]", Some: "[~]",
	RadioOn: "(•)", RadioOff: "( )",
	Cursor: ">", Expanded: "▾", Collapsed: "▸", Attention: "!", Ellipsis: "…",
	CutRight: "›", CutLeft: "‹", Dot: "·", Dash: "–", Minus: "−", Arrow: "→",
	Tab: "→", CR: "␍", Gone: "╱", Left: "‹", Right: "›", BarFull: "■", BarEmpty: "□",
	Rule: "─", RuleHeavy: "━", Vertical: "│", Thumb: "┃", TeeDown: "┬", TeeUp: "┴", Cross: "┼",
	CornerTL: "┌", CornerTR: "┐", CornerBL: "└", CornerBR: "┘",
}

var asciiMarks = Marks{
	Open: "[ ]", Accepted: "[x]", Skipped: "[-]", Ignored: "[i]", Manual: "[!]", Blocked: "[#]", Closed: "[=]", Pending: "[.]", Some: "[~]",
	RadioOn: "(o)", RadioOff: "( )",
	Cursor: ">", Expanded: "v", Collapsed: "+", Attention: "!", Ellipsis: "~",
	CutRight: ">", CutLeft: "<", Dot: "-", Dash: "-", Minus: "-", Arrow: ">",
	Tab: ">", CR: "^", Gone: "/", Left: "<", Right: ">", BarFull: "#", BarEmpty: ".",
	Rule: "-", RuleHeavy: "=", Vertical: "|", Thumb: "#", TeeDown: "+", TeeUp: "+", Cross: "+",
	CornerTL: "+", CornerTR: "+", CornerBL: "+", CornerBR: "+",
}
