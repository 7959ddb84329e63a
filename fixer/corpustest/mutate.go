package corpustest

import (
	"bytes"
	"fmt"
	"slices"
)

// A Mutation makes another file of one, as people and tools do: it moves what a
// fix must not disturb to where a fix might. at chooses the place; every value
// means some place.
type Mutation struct {
	Name string
	Do   func(data []byte, at int) []byte
}

// Remark is the beginning of the comments that mutations write.
const Remark = "# remark"

// Mutations returns all mutations, in a fixed order.
func Mutations() []Mutation {
	return []Mutation{
		{"CRLF", func(data []byte, _ int) []byte { return bytes.ReplaceAll(unix(data), []byte("\n"), []byte("\r\n")) }},
		{"mixed line ends", mixedEnds},
		{"no final newline", func(data []byte, _ int) []byte { return bytes.TrimRight(data, "\r\n") }},
		{"byte order mark", func(data []byte, _ int) []byte { return append([]byte("\ufeff"), data...) }},
		{"cut off", func(data []byte, at int) []byte { return bytes.Clone(data[:within(at, len(data))]) }},
		{"comment above", commentAbove(0)},
		{"comment deeper", commentAbove(2)},
		{"comment at the margin", commentAbove(-1000)},
		{"comment behind", commentBehind},
		{"comment at the end", func(data []byte, at int) []byte { return fmt.Appendf(bytes.Clone(data), "%s %d\n", Remark, at) }},
		{"blank lines", blankLines},
		{"tab", func(data []byte, at int) []byte {
			return onLine(data, at, func(line []byte) []byte { return append([]byte("\t"), line...) })
		}},
		{"tab before a comment", func(data []byte, at int) []byte {
			return onLine(data, at, func(line []byte) []byte { return fmt.Appendf(bytes.Clone(line), "\t%s %d", Remark, at) })
		}},
		{"deeper", deeper},
		{"said twice", func(data []byte, at int) []byte {
			return onLine(data, at, func(line []byte) []byte { return slices.Concat(line, []byte("\n"), line) })
		}},
		{"anchor", anchor},
	}
}

func within(at, n int) int {
	if n <= 0 {
		return 0
	}
	return int(uint(at) % uint(n))
}

func unix(data []byte) []byte { return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) }

// onLine changes one line, given without its end.
func onLine(data []byte, at int, change func([]byte) []byte) []byte {
	lines := bytes.SplitAfter(data, []byte("\n"))
	n := within(at, len(lines))
	line := bytes.TrimRight(lines[n], "\r\n")
	end := lines[n][len(line):]
	lines[n] = slices.Concat(change(line), end)
	return bytes.Join(lines, nil)
}

func indent(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " ")) }

func commentAbove(by int) func([]byte, int) []byte {
	return func(data []byte, at int) []byte {
		return onLine(data, at, func(line []byte) []byte {
			in := max(0, indent(line)+by)
			return fmt.Appendf(nil, "%s%s %d\n%s", bytes.Repeat([]byte(" "), in), Remark, at, line)
		})
	}
}

func commentBehind(data []byte, at int) []byte {
	return onLine(data, at, func(line []byte) []byte { return fmt.Appendf(bytes.Clone(line), " %s %d", Remark, at) })
}

func mixedEnds(data []byte, at int) []byte {
	lines := bytes.SplitAfter(unix(data), []byte("\n"))
	for i, line := range lines {
		if (i*7+at)%3 == 0 && bytes.HasSuffix(line, []byte("\n")) {
			lines[i] = slices.Concat(line[:len(line)-1], []byte("\r\n"))
		}
	}
	return bytes.Join(lines, nil)
}

func blankLines(data []byte, at int) []byte {
	return onLine(data, at, func(line []byte) []byte { return slices.Concat(line, []byte("\n\n   \n")) })
}

// deeper doubles every indentation.
func deeper(data []byte, _ int) []byte {
	var out []byte
	for line := range bytes.Lines(data) {
		out = append(out, bytes.Repeat([]byte(" "), indent(line))...)
		out = append(out, line...)
	}
	return out
}

// anchor names the value of a key.
func anchor(data []byte, at int) []byte {
	return onLine(data, at, func(line []byte) []byte {
		key, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return line
		}
		return fmt.Appendf(nil, "%s: &mutated%s", key, value)
	})
}
