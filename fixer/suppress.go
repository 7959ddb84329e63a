package fixer

import (
	"bytes"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Suppression is a comment that suppresses findings:
//
//	# oakum: ignore RULE[,RULE] reason      at the end of a line, or on the line before; in a
//	                                        Dockerfile at the end of a RUN, where a shell reads it
//	# oakum: ignore-file RULE[,RULE] reason  before the first line of content
//
// Suppressions are listed with their reason; unused ones are reported.
type Suppression struct {
	File      string
	Line      int // of the comment
	Target    int // the line it refers to; 0 for the whole file
	Rules     []string
	Reason    string
	WholeFile bool
}

// Covers reports whether the suppression applies to a finding. A finding that
// spans several lines is covered by its first one.
func (s *Suppression) Covers(f *Finding) bool {
	return s.File == f.File && slices.Contains(s.Rules, f.Rule) && (s.WholeFile || s.Target == f.Line)
}

var suppressionPattern = text.Regexp(`^oakum:\s*(ignore|ignore-file)\s+([A-Za-z0-9/_-]+(?:[ \t]*,[ \t]*[A-Za-z0-9/_-]+)*)[ \t]*(.*)$`)

// findSuppressions reads the suppressions of a file. Only real comments count:
// text in a scalar, a heredoc or an instruction is content.
func findSuppressions(f *File) []Suppression {
	if !bytes.Contains(f.Data, []byte("oakum:")) {
		return nil
	}
	var out []Suppression
	lines := f.Lines()
	content := false // a line of content was seen
	for n := 1; n <= lines.Count(); n++ {
		line := lines.Text(n)
		at, own := f.comment(n, line)
		if at < 0 {
			content = content || strings.TrimSpace(line) != "" && line != "---"
			continue
		}
		m := suppressionPattern().FindStringSubmatch(strings.TrimSpace(strings.TrimLeft(line[at:], "#")))
		if m != nil {
			s := Suppression{File: f.Path, Line: n, Target: n, Rules: ruleNames(m[2]), Reason: strings.TrimSpace(m[3])}
			switch {
			case m[1] == "ignore-file" && !content && own:
				s.WholeFile, s.Target = true, 0
			case m[1] == "ignore-file":
				s.Target = -1 // not at the top: matches nothing, and is reported as unused
			case own:
				s.Target = f.nextContent(n)
			}
			out = append(out, s)
		}
		content = content || !own
	}
	return out
}

func ruleNames(list string) []string {
	names := strings.Split(list, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// comment returns the offset in the line at which a comment starts, or -1, and
// whether the comment has the line to itself.
func (f *File) comment(n int, line string) (at int, own bool) {
	trimmed := strings.TrimLeft(line, " \t\ufeff")
	start := f.Lines().Start(n)
	if strings.HasPrefix(trimmed, "#") {
		at = len(line) - len(trimmed)
		if f.isContent(start + at) {
			return -1, false
		}
		return at, true
	}
	if f.Dockerfile != nil {
		return f.shellComment(start, line), false
	}
	if f.YAML == nil {
		return -1, false
	}
	for from := 0; ; {
		i := strings.IndexByte(line[from:], '#')
		if i < 0 {
			return -1, false
		}
		at = from + i
		if at > 0 && (line[at-1] == ' ' || line[at-1] == '\t') && !f.isContent(start+at) {
			return at, false
		}
		from = at + 1
	}
}

// shellComment returns where the shell that runs a line of a Dockerfile reads a comment for
// oakum at its end, -1 for nowhere: to the Dockerfile it is a part of the instruction.
func (f *File) shellComment(start int, line string) int {
	at := strings.LastIndexByte(line, '#')
	if at < 1 || line[at-1] != ' ' && line[at-1] != '\t' || !strings.HasPrefix(strings.TrimSpace(line[at+1:]), "oakum:") || f.isContent(start+at) {
		return -1
	}
	i := f.Dockerfile.At(start + at)
	if i == nil || i.Keyword != "RUN" || i.JSON || start+len(line) < i.End || strings.Count(line[:at], `"`)%2+strings.Count(line[:at], "'")%2 > 0 {
		return -1
	}
	return at
}

// isContent reports whether the byte at offset is part of a value rather than
// to a comment.
func (f *File) isContent(offset int) bool {
	switch {
	case f.YAML != nil:
		return f.YAML.InScalar(offset)
	case f.Dockerfile != nil:
		return slices.ContainsFunc(f.Dockerfile.Instructions, func(i *dockerfile.Instruction) bool {
			return slices.ContainsFunc(i.Heredocs, func(h dockerfile.Heredoc) bool { return h.Start <= offset && offset < h.End })
		})
	}
	return true
}

// nextContent returns the first line after n that is neither blank nor a
// comment of its own.
func (f *File) nextContent(n int) int {
	lines := f.Lines()
	for n++; n <= lines.Count(); n++ {
		line := lines.Text(n)
		if strings.TrimSpace(line) == "" {
			continue
		}
		if _, own := f.comment(n, line); !own {
			return n
		}
	}
	return -1
}

// SuppressEdit writes a suppression for a finding on the line before it, with
// the line's own indentation and the file's line ending.
func SuppressEdit(f *File, finding *Finding, reason string) ([]text.Edit, error) {
	switch {
	case f.YAML != nil && f.YAML.JSON:
		return nil, Refuse("JSON has no comments: ignore the rule on the command line instead")
	case strings.ContainsAny(reason, "\r\n"):
		return nil, Refuse("a reason must be one line")
	case strings.TrimSpace(reason) == "":
		return nil, Refuse("a suppression needs a reason")
	}
	lines := f.Lines()
	start := lines.Start(finding.Line)
	line := lines.Text(finding.Line)
	if f.Compose != nil && f.isContent(start) {
		return nil, Refuse("line %d is in a Dockerfile inside a Compose file: write \"# oakum: ignore %s reason\" on the line before it by hand", finding.Line, finding.Rule)
	}
	if rest, marked := strings.CutPrefix(line, "\ufeff"); marked { // the byte order mark stays first
		start, line = start+len(line)-len(rest), rest
	}
	if f.isContent(start) && strings.TrimSpace(line) != "" && finding.Start > start+len(line) {
		return nil, Refuse("line %d is inside a longer value, where no comment is possible", finding.Line)
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	return []text.Edit{text.Insert(start, indent+"# oakum: ignore "+finding.Rule+" "+strings.TrimSpace(reason)+text.EOL(f.Data))}, nil
}
