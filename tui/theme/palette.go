package theme

import "fmt"

// A colour is 0xRRGGBB.
type colour int32

// A palette is the colours of a theme. Text colours are made for ground, the
// background the theme expects; addLine to cursor are grounds themselves, and
// text has to be readable on them too.
type palette struct {
	ground, text colour

	accent, dim, line, key, link   colour
	low, medium, high, critical    colour
	good, warn, bad                colour
	add, del, change               colour
	addLine, delLine               colour
	addWord, delWord               colour
	cursor, match, field           colour
	keyword, property, str, number colour
	comment, variable, punct       colour
	onMatch                        colour
}

var darkPalette = palette{
	ground: 0x16181d, text: 0xe6e6e6,
	accent: 0x7cc7ff, dim: 0xa0a6b0, line: 0x8a919e, key: 0xffd479, link: 0x7cc7ff,
	low: 0xb4bac4, medium: 0xffd479, high: 0xffa657, critical: 0xff8a80,
	good: 0x7ee2a0, warn: 0xffd479, bad: 0xff8a80,
	add: 0x7ee2a0, del: 0xff9d94, change: 0xffd479,
	addLine: 0x12301f, delLine: 0x3a1a1c, addWord: 0x1f5233, delWord: 0x632a2e,
	cursor: 0x2a3040, match: 0xffd479, field: 0x2a3040, onMatch: 0x16181d,
	keyword: 0x8ac6ff, property: 0x9fd8e8, str: 0xc3e6a0, number: 0xf2b8f2,
	comment: 0xb8bec8, variable: 0xffcf8f, punct: 0xc8ccd4,
}

var lightPalette = palette{
	ground: 0xffffff, text: 0x1b1f24,
	accent: 0x0550ae, dim: 0x57606a, line: 0x6a737d, key: 0x7a4a00, link: 0x0550ae,
	low: 0x57606a, medium: 0x7a5200, high: 0x9a4a00, critical: 0xb3121d,
	good: 0x116329, warn: 0x7a5200, bad: 0xb3121d,
	add: 0x116329, del: 0xa40e1a, change: 0x7a5200,
	addLine: 0xe6ffec, delLine: 0xffebe9, addWord: 0xabf2bc, delWord: 0xffcfcb,
	cursor: 0xe7eefb, match: 0x7a5200, field: 0xe7eefb, onMatch: 0xffffff,
	keyword: 0x7a1f9e, property: 0x0550ae, str: 0x0a4a24, number: 0x8a1162,
	comment: 0x4a525c, variable: 0x7a3a00, punct: 0x3c434b,
}

var highContrastDark = palette{
	ground: 0x000000, text: 0xffffff,
	accent: 0x9fe0ff, dim: 0xe0e0e0, line: 0xffffff, key: 0xffff66, link: 0x9fe0ff,
	low: 0xffffff, medium: 0xffff66, high: 0xffc266, critical: 0xffb0a8,
	good: 0x8cffb0, warn: 0xffff66, bad: 0xffb0a8,
	add: 0x8cffb0, del: 0xffb0a8, change: 0xffff66,
	addLine: 0x002b12, delLine: 0x3a0008, addWord: 0x004d20, delWord: 0x5c0012,
	cursor: 0x00264d, match: 0xffff66, field: 0x00264d, onMatch: 0x000000,
	keyword: 0x9fe0ff, property: 0xa8f0ff, str: 0xd0ffb0, number: 0xffc8ff,
	comment: 0xe0e0e0, variable: 0xffdf99, punct: 0xffffff,
}

var highContrastLight = palette{
	ground: 0xffffff, text: 0x000000,
	accent: 0x003a80, dim: 0x333333, line: 0x000000, key: 0x553000, link: 0x003a80,
	low: 0x000000, medium: 0x553800, high: 0x6b2f00, critical: 0x8a0010,
	good: 0x004a1a, warn: 0x553800, bad: 0x8a0010,
	add: 0x004a1a, del: 0x8a0010, change: 0x553800,
	addLine: 0xe8fff0, delLine: 0xfff0ee, addWord: 0xc8f8d4, delWord: 0xffe0dc,
	cursor: 0xe0ecff, match: 0x553800, field: 0xe0ecff, onMatch: 0xffffff,
	keyword: 0x55107a, property: 0x003a80, str: 0x003a18, number: 0x6b0048,
	comment: 0x333333, variable: 0x5a2800, punct: 0x000000,
}

// The colour-blind palettes keep to blue against orange, which stay apart
// whichever kind of cone is missing, and differ in lightness as well.
var colorblindDark = palette{
	ground: 0x16181d, text: 0xe6e6e6,
	accent: 0x8cc8ff, dim: 0xa0a6b0, line: 0x8a919e, key: 0xf0e442, link: 0x8cc8ff,
	low: 0xb4bac4, medium: 0xf0e442, high: 0xf5b041, critical: 0xffa27a,
	good: 0x8cc8ff, warn: 0xf0e442, bad: 0xffa27a,
	add: 0x8cc8ff, del: 0xf5b041, change: 0xf0e442,
	addLine: 0x0f2a47, delLine: 0x3d2600, addWord: 0x1a4a7a, delWord: 0x664000,
	cursor: 0x2c2f3a, match: 0xf0e442, field: 0x2c2f3a, onMatch: 0x16181d,
	keyword: 0xa8d4ff, property: 0xbfe3f5, str: 0xe8e8c0, number: 0xf0c8e0,
	comment: 0xb8bec8, variable: 0xffd9a0, punct: 0xc8ccd4,
}

var colorblindLight = palette{
	ground: 0xffffff, text: 0x1b1f24,
	accent: 0x004e8c, dim: 0x57606a, line: 0x6a737d, key: 0x6b4a00, link: 0x004e8c,
	low: 0x57606a, medium: 0x6b5500, high: 0x8a4b00, critical: 0x9a3000,
	good: 0x004e8c, warn: 0x6b5500, bad: 0x9a3000,
	add: 0x004e8c, del: 0x8a4b00, change: 0x6b5500,
	addLine: 0xd2e6ff, delLine: 0xffe6b8, addWord: 0xa8d0ff, delWord: 0xffd08a,
	cursor: 0xeeeef2, match: 0x6b5500, field: 0xeeeef2, onMatch: 0xffffff,
	keyword: 0x003a80, property: 0x004a66, str: 0x3d3d00, number: 0x6b1050,
	comment: 0x4a525c, variable: 0x6b3a00, punct: 0x3c434b,
}

func paletteFor(name string, dark bool) *palette {
	switch {
	case name == "dark":
		return &darkPalette
	case name == "light":
		return &lightPalette
	case name == "high-contrast" && dark:
		return &highContrastDark
	case name == "high-contrast":
		return &highContrastLight
	case dark:
		return &colorblindDark
	}
	return &colorblindLight
}

func rgb(kind int, c colour) string {
	return fmt.Sprintf("%d;2;%d;%d;%d", kind, c>>16&0xff, c>>8&0xff, c&0xff)
}

func ink(c colour) Style    { return Style{rgb(38, c)} }
func ground(c colour) Style { return Style{rgb(48, c)} }

var (
	bold      = Style{"1"}
	underline = Style{"4"}
	reverse   = Style{"7"}
)

// fill gives every role its style. Lines and rows with a ground of their own
// set the text colour too: the terminal's may not be readable on them.
func (p *palette) fill(t *Theme) {
	on := func(g colour) Style { return ground(g).With(ink(p.text)) }

	t.Title, t.Label, t.Dim = bold.With(ink(p.accent)), ink(p.accent), ink(p.dim)
	t.Emph, t.Rule, t.Focus = bold, ink(p.line), bold.With(ink(p.accent))
	t.Key, t.Link = bold.With(ink(p.key)), underline.With(ink(p.link))
	t.Error, t.Warn, t.Good, t.Toast = bold.With(ink(p.bad)), ink(p.warn), ink(p.good), ink(p.good)

	t.Cursor, t.Field, t.Caret = on(p.cursor), on(p.field), reverse
	t.Match = ground(p.match).With(ink(p.onMatch))

	t.SeverityLow, t.SeverityMedium, t.SeverityHigh = ink(p.low), ink(p.medium), bold.With(ink(p.high))
	t.SeverityCritical = bold.With(ink(p.critical))
	t.LevelSafe, t.LevelReview, t.LevelManual = ink(p.good), ink(p.warn), ink(p.dim)

	t.Add, t.Del, t.Change = bold.With(ink(p.add)), bold.With(ink(p.del)), bold.With(ink(p.change))
	t.AddLine, t.DelLine = on(p.addLine), on(p.delLine)
	t.AddWord, t.DelWord = bold.With(ground(p.addWord)), bold.With(ground(p.delWord))
	t.Hunk, t.LineNo, t.Gone = ink(p.accent), ink(p.dim), ink(p.line)

	t.Keyword, t.Property, t.String, t.Number = ink(p.keyword), ink(p.property), ink(p.str), ink(p.number)
	t.Comment, t.Variable, t.Punct = ink(p.comment), ink(p.variable), ink(p.punct)
}

// plain is the theme without colour: weight and underline only, and only where
// they help to find a place.
func plain(t *Theme) {
	t.Title, t.Key, t.Focus, t.Error, t.Emph = bold, bold, bold, bold, bold
	t.SeverityCritical, t.SeverityHigh = bold, bold
	t.Link, t.Field, t.Match, t.Caret = underline, underline, reverse, reverse
	t.AddWord, t.DelWord = underline, underline
	t.Cursor = bold
}
