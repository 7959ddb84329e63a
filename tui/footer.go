package tui

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A footItem is a key that the footer names, and where.
type footItem struct {
	key  binding
	text string
	x, y int // cells from the left, lines from the first of the footer
}

// footerItems places the keys that do something now, as far as there is room. How
// to leave and where to find the other keys are always there.
func (d *model) footerItems(p page, l layout) []footItem {
	labels := p.labels
	if len(d.overlays) > 0 {
		labels = nil
	}
	gap := footGap(l)
	var tail, rest []footItem
	tailWidth := 0
	for _, b := range d.footerKeys(p.idle) {
		item := footItem{key: b, text: d.keyText(b, labels[b.act], l)}
		switch b.act {
		case actHelp, actBack, actQuit:
			if len(tail) > 0 {
				tailWidth += gap
			}
			tailWidth += widget.Width(item.text)
			tail = append(tail, item)
		default:
			rest = append(rest, item)
		}
	}
	var out []footItem
	for y := range l.keys {
		room := l.width - 2
		if y == l.keys-1 {
			room -= tailWidth + gap
		}
		x := 0 // within the room
		for len(rest) > 0 {
			at := x
			if x > 0 {
				at += gap
			}
			end := at + widget.Width(rest[0].text)
			if end > room && x > 0 {
				break
			}
			if end <= room { // a label wider than the line is left out
				rest[0].x, rest[0].y = at+1, y
				out = append(out, rest[0])
				x = end
			}
			rest = rest[1:]
		}
		if y < l.keys-1 && (len(rest) > 0 || x+gap+tailWidth > l.width-2) {
			continue
		}
		for _, item := range tail {
			if x > 0 {
				x += gap
			}
			item.x, item.y = x+1, y
			out = append(out, item)
			x += widget.Width(item.text)
		}
		break
	}
	return out
}

// footer draws the keys of the footer.
func (d *model) footer(items []footItem, l layout) []string {
	out := make([]string, l.keys)
	for _, item := range items {
		line := out[item.y]
		out[item.y] = line + strings.Repeat(" ", max(0, item.x-widget.Width(line))) + item.text
	}
	for i := range out {
		out[i] = widget.Cut(out[i], l.width, d.theme.Marks.Ellipsis)
	}
	return out
}

// footGap is the number of cells between two keys.
func footGap(l layout) int {
	if l.brief {
		return 2
	}
	return 3
}

// keyText is a key with what it does, or with a label that says more.
func (d *model) keyText(b binding, label string, l layout) string {
	switch {
	case label != "":
	case l.brief && b.short != "":
		label = b.short
	default:
		label = b.label
	}
	return d.theme.Key.Paint(b.keys[0]) + " " + text.VisibleLine(label)
}
