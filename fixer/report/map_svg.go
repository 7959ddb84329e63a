package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer/text"
)

// The measures of the picture, in pixels.
const (
	boxHeight  = 44
	boxGap     = 22
	columnGap  = 120
	pictureRim = 20
	letter     = 7.2 // how wide one is
	leastBox   = 90
)

// A box is a node with its place in the picture.
type box struct {
	x, y, width, column int
}

// SVG writes a picture: what is outside on the left, and each service to the right of
// those that connect to it. It holds no scripts and refers to nothing.
func (m *Map) SVG(w io.Writer) error {
	nodes, edges := m.drawing()
	boxes, width, height := layOut(nodes, edges)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n", svgText(m.Title()))
	b.WriteString(`<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#57606a"/></marker></defs>` + "\n")
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	for _, e := range edges {
		from, to := boxes[e.from], boxes[e.to]
		x1, y1, x2, y2 := from.x+from.width, from.y+boxHeight/2, to.x, to.y+boxHeight/2
		bend := max(40, (x2-x1)/2)
		dash := ""
		if e.weak {
			dash = ` stroke-dasharray="4 3"`
		}
		fmt.Fprintf(&b, `<path d="M%d %dC%d %d %d %d %d %d" fill="none" stroke="#57606a"%s marker-end="url(#arrow)"/>`+"\n", x1, y1, x1+bend, y1, x2-bend, y2, x2, y2, dash)
		if e.label != "" {
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" fill="#57606a" font-size="10">%s</text>`+"\n", x2-12, y2-4, svgText(e.label))
		}
	}
	for i, n := range nodes {
		fill, line, round := "#eef6ff", "#0969da", 4
		switch {
		case n.outside:
			fill, line, round = "#f6f8fa", "#57606a", boxHeight/2
		case n.reached:
			fill, line = "#fff8e6", "#9a6700"
		}
		at := boxes[i]
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="%d" fill="%s" stroke="%s"/>`+"\n", at.x, at.y, at.width, boxHeight, round, fill, line)
		for k, l := range n.label {
			y := at.y + boxHeight/2 + 4
			if len(n.label) > 1 {
				y += 16*k - 8
			}
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle" fill="#1f2328">%s</text>`+"\n", at.x+at.width/2, y, svgText(l))
		}
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// layOut gives each node its place: a column to the right of whatever connects to it,
// as far as there are no circles.
func layOut(nodes []drawnNode, edges []drawnEdge) (boxes []box, width, height int) {
	boxes = make([]box, len(nodes))
	into := make([]int, len(nodes))
	for _, e := range edges {
		if e.from != e.to {
			into[e.to]++
		}
	}
	for round := 0; round < len(nodes); round++ { // circles would go on for ever
		moved := false
		for _, e := range edges {
			if want := boxes[e.from].column + 1; e.from != e.to && boxes[e.to].column < want && want <= min(len(nodes)-1, maxColumns) {
				boxes[e.to].column, moved = want, true
			}
		}
		if !moved {
			break
		}
	}
	columns := map[int][]int{}
	for i := range nodes {
		longest := 0
		for _, l := range nodes[i].label {
			longest = max(longest, utf8.RuneCountInString(text.VisibleLine(l)))
		}
		boxes[i].width = max(leastBox, int(float64(longest)*letter)+16)
		columns[boxes[i].column] = append(columns[boxes[i].column], i)
	}
	x := pictureRim
	for c := 0; c <= maxColumns; c++ {
		list := columns[c]
		if len(list) == 0 {
			continue
		}
		slices.SortStableFunc(list, func(a, b int) int { return into[b] - into[a] })
		widest := 0
		for k, i := range list {
			boxes[i].x, boxes[i].y = x, pictureRim+k*(boxHeight+boxGap)
			widest = max(widest, boxes[i].width)
			height = max(height, boxes[i].y+boxHeight+pictureRim)
		}
		x += widest + columnGap
	}
	return boxes, max(x-columnGap+pictureRim, 2*pictureRim), max(height, 2*pictureRim)
}

// maxColumns bounds how wide the picture gets where services connect in circles.
const maxColumns = 8

// svgText makes a text safe in the picture.
func svgText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text.VisibleLine(s))) // a builder never fails
	return b.String()
}
