package widget

import (
	"fmt"
	"strings"
)

// Distinct cuts names, paths mostly, to a width so that no two of them look alike.
// Names that fit stay as they are. Of the others the end is kept, which tells most,
// and of those whose ends are alike as much of the beginning as tells them apart.
// Names must not hold styles.
func Distinct(names []string, width int, mark string) map[string]string {
	out := make(map[string]string, len(names))
	taken := make(map[string]bool, len(names))
	alike := map[string][]string{} // by what is left of them
	var order []string
	for _, name := range names {
		if _, twice := out[name]; twice {
			continue
		}
		if Width(name) <= width {
			out[name] = name
			taken[name] = true
			continue
		}
		out[name] = ""
		short := CutLeft(name, width, mark)
		if alike[short] == nil {
			order = append(order, short)
		}
		alike[short] = append(alike[short], name)
	}
	for _, short := range order {
		if same := alike[short]; len(same) == 1 && !taken[short] {
			out[same[0]] = short
			taken[short] = true
		}
	}
	for _, short := range order {
		if same := alike[short]; out[same[0]] == "" {
			tellApart(same, width, mark, out, taken)
		}
	}
	return out
}

// tellApart keeps the beginning of names, up to where they differ, and the end.
func tellApart(names []string, width int, mark string, out map[string]string, taken map[string]bool) {
	differ := 0
	for _, name := range names[1:] {
		differ = max(differ, Width(commonStart(names[0], name)))
	}
	room := width - Width(mark)
	for head := min(differ+1, room); head <= room; head++ {
		short := make([]string, len(names))
		seen := map[string]bool{}
		for i, name := range names {
			short[i] = cutMiddle(name, head, width, mark)
			if seen[short[i]] || taken[short[i]] {
				break
			}
			seen[short[i]] = true
		}
		if len(seen) == len(names) {
			for i, name := range names {
				out[name] = short[i]
				taken[short[i]] = true
			}
			return
		}
	}
	// They begin and end alike for longer than the width: count them.
	for i, name := range names {
		number := fmt.Sprintf("%s%d", mark, i+1)
		out[name] = CutLeft(name, max(0, width-Width(number)), mark) + number
	}
}

// cutMiddle keeps head cells of the beginning and the end.
func cutMiddle(name string, head, width int, mark string) string {
	return Cut(name, head, "") + CutLeft(name, max(0, width-head), mark)
}

func commonStart(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return strings.ToValidUTF8(a[:n], "")
}
