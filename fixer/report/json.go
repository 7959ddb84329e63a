package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// JSONVersion is the version of the JSON form. It changes when a member
// changes its meaning or goes away; new members come without notice.
const JSONVersion = 1

type jsonReport struct {
	jsonHead
	Findings []jsonFinding `json:"findings"`
	jsonTail
}

// jsonHead is what comes before the findings.
type jsonHead struct {
	Version int        `json:"version"`
	Root    string     `json:"root"`
	Files   []jsonFile `json:"files"`
}

// jsonTail is what comes after them.
type jsonTail struct {
	Suppressed []jsonSuppressed `json:"suppressed"`
	Unused     []jsonUnused     `json:"unusedSuppressions"`
	Problems   []jsonProblem    `json:"problems"`
	Hidden     int              `json:"hidden"` // findings under --min-severity
	Score      jsonScore        `json:"score"`
	Pods       []jsonPod        `json:"pods"` // by the Pod Security Standards

	Vulnerabilities *jsonVulnerabilities `json:"vulnerabilities,omitempty"` // of images, where they were asked for
}

type jsonFile struct {
	Path    string    `json:"path"`
	Kind    string    `json:"kind"` // empty for a file nothing is known of
	Skipped *jsonSkip `json:"skipped,omitempty"`
}

type jsonSkip struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

type jsonFinding struct {
	Rule     string         `json:"rule"`
	Severity string         `json:"severity"`
	Level    string         `json:"level"`
	File     string         `json:"file"`
	Line     int            `json:"line"` // from 1
	EndLine  int            `json:"endLine"`
	Path     string         `json:"path"`
	Message  string         `json:"message"`
	Evidence []jsonEvidence `json:"evidence"`
	Fixes    []jsonFix      `json:"fixes"`
	Advice   string         `json:"advice,omitempty"`

	AsksRegistry bool `json:"asksRegistry,omitempty"` // an answer of a registry would give it a fix
}

type jsonEvidence struct {
	Kind   string `json:"kind"`
	Source string `json:"source,omitempty"` // who or what says so, the place if there is one
	Place  string `json:"place,omitempty"`  // file and line
	Text   string `json:"text"`
}

type jsonFix struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	Level  string      `json:"level"`
	Breaks string      `json:"breaks,omitempty"`
	Verify string      `json:"verify,omitempty"`
	Params []jsonParam `json:"params"`

	// Edits are those the fix makes with its defaults on the file as it is;
	// Refused says why there are none.
	Edits   []jsonEdit `json:"edits"`
	Refused string     `json:"refused,omitempty"`
}

type jsonParam struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
	Default string `json:"default"`
}

// jsonEdit replaces the bytes [start, end) of a file; Create makes the file. Hidden says
// that the text has secrets and is left out: a patch has it.
type jsonEdit struct {
	File   string `json:"file"`
	Start  int    `json:"start"`
	End    int    `json:"end"`
	Text   string `json:"text"`
	Create bool   `json:"create,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
}

type jsonSuppressed struct {
	Rule   string `json:"rule"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

type jsonUnused struct {
	File   string   `json:"file"`
	Line   int      `json:"line"`
	Rules  []string `json:"rules"`
	Reason string   `json:"reason"`
}

type jsonProblem struct {
	Rule   string `json:"rule"`
	File   string `json:"file"`
	Reason string `json:"reason"`
}

type jsonScore struct {
	Value int    `json:"value"` // from 0 to 100
	Grade string `json:"grade"`
}

// JSON writes the scan in the versioned form for programs, a number of findings after the
// other: with their edits all of them take many times the memory of the files.
func (s *Scan) JSON(w io.Writer) error {
	head, err := encodeJSON(s.jsonHead(), "")
	if err != nil {
		return err
	}
	tail, err := encodeJSON(s.jsonTail(), "")
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w) // keeps its first error
	out.Write(bytes.TrimSuffix(head, []byte("\n}\n")))
	out.WriteString(",\n  \"findings\": [")
	for done := 0; done < len(s.Findings); done += jsonAtOnce {
		some := s.Findings[done:min(done+jsonAtOnce, len(s.Findings))]
		encoded, failed := make([][]byte, len(some)), make([]error, len(some))
		fixer.ForEach(len(some), func(i int) { encoded[i], failed[i] = encodeJSON(s.jsonFinding(some[i]), "    ") })
		if err := errors.Join(failed...); err != nil {
			return err
		}
		for i, one := range encoded {
			if done+i > 0 {
				out.WriteByte(',')
			}
			out.WriteString("\n    ")
			out.Write(bytes.TrimSuffix(one, []byte("\n")))
		}
	}
	if len(s.Findings) > 0 {
		out.WriteString("\n  ")
	}
	out.WriteString("],")
	out.Write(bytes.TrimPrefix(tail, []byte("{")))
	return out.Flush()
}

// jsonAtOnce is how many findings are worked out before they are written.
const jsonAtOnce = 256

func (s *Scan) json() *jsonReport {
	return &jsonReport{s.jsonHead(), s.jsonFindings(), s.jsonTail()}
}

func (s *Scan) jsonHead() jsonHead {
	out := jsonHead{Version: JSONVersion, Root: s.Root, Files: []jsonFile{}}
	for _, f := range s.Files {
		file := jsonFile{Path: f.Path, Kind: string(f.Kind)}
		if f.Skip != nil {
			file.Skipped = &jsonSkip{string(f.Skip.Code), f.Skip.Reason}
		}
		out.Files = append(out.Files, file)
	}
	return out
}

func (s *Scan) jsonTail() jsonTail {
	out := jsonTail{
		Hidden: s.Hidden, Score: jsonScore{s.Score, engine.Grade(s.Score)},
		Suppressed: []jsonSuppressed{}, Unused: []jsonUnused{}, Problems: []jsonProblem{}, Pods: jsonPods(s.Pods),
		Vulnerabilities: s.Vulnerabilities.json(),
	}
	for _, x := range s.Suppressed {
		f := x.Finding
		out.Suppressed = append(out.Suppressed, jsonSuppressed{f.Rule, f.File, f.Line, f.Path, x.By.Reason})
	}
	for _, u := range s.Unused {
		out.Unused = append(out.Unused, jsonUnused{u.File, u.Line, u.Rules, s.unusedReason(u)})
	}
	for _, p := range s.Problems {
		out.Problems = append(out.Problems, jsonProblem{p.Rule, p.File, p.Reason})
	}
	return out
}

// jsonFindings works the edits of every fix out, which takes a parse each, on
// as many goroutines as there are processors.
func (s *Scan) jsonFindings() []jsonFinding {
	out := make([]jsonFinding, len(s.Findings))
	fixer.ForEach(len(out), func(i int) { out[i] = s.jsonFinding(s.Findings[i]) })
	return out
}

func (s *Scan) jsonFinding(f *fixer.Finding) jsonFinding {
	out := jsonFinding{
		Rule: f.Rule, Severity: f.Severity.String(), Level: f.Level().String(), File: f.File, Line: f.Line, EndLine: f.EndLine,
		Path: f.Path, Message: f.Message, Advice: f.Advice, AsksRegistry: f.AsksRegistry, Evidence: []jsonEvidence{}, Fixes: []jsonFix{},
	}
	for _, e := range f.Evidence {
		out.Evidence = append(out.Evidence, jsonEvidence{Kind: string(e.Kind), Source: e.Origin(), Place: e.Place, Text: e.Text})
	}
	for i := range f.Fixes {
		out.Fixes = append(out.Fixes, s.jsonFix(&f.Fixes[i]))
	}
	return out
}

func (s *Scan) jsonFix(fix *fixer.Fix) jsonFix {
	out := jsonFix{
		ID: fix.ID, Title: fix.Title, Level: fix.Level.String(), Breaks: fix.Breaks, Verify: fix.Verify,
		Params: []jsonParam{}, Edits: []jsonEdit{},
	}
	for _, p := range fix.Params {
		out.Params = append(out.Params, jsonParam{p.Name, p.Meaning, p.Default})
	}
	changes, err := s.draft(fix)
	if err != nil {
		out.Refused = err.Error()
	}
	for _, c := range changes {
		if c.Create != nil && c.Kind.Secret() {
			out.Edits = append(out.Edits, jsonEdit{File: c.Path, Create: true, Hidden: true})
		} else if c.Create != nil {
			out.Edits = append(out.Edits, jsonEdit{File: c.Path, Text: string(c.Create), Create: true})
		}
		for _, e := range c.Edits {
			out.Edits = append(out.Edits, jsonEdit{File: c.Path, Start: e.Start, End: e.End, Text: e.New})
		}
	}
	return out
}

// draft computes the edits of a fix. One that fails on hostile input is a
// defect that must not take the report with it.
func (s *Scan) draft(fix *fixer.Fix) (changes []fixer.FileChange, err error) {
	defer func() {
		if v := recover(); v != nil {
			changes, err = nil, fmt.Errorf("the fix failed, which is a defect of oakum: %v", v)
		}
	}()
	return fix.Draft(s.snapshot, nil)
}

// writeJSON writes v indented, with everything escaped that a terminal would
// obey or that would hide text from a reader. The value is the same.
func writeJSON(w io.Writer, v any) error {
	b, err := encodeJSON(v, "")
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// encodeJSON returns what [writeJSON] writes, with a prefix at the start of each line but
// the first.
func encodeJSON(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // & and < are common in commands
	enc.SetIndent(prefix, "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("json: %w", err)
	}
	return escapeHidden(b.Bytes()), nil
}

func escapeHidden(data []byte) []byte {
	var out []byte
	kept := 0
	for i := 0; i < len(data); {
		if c := data[i]; c >= ' ' && c < 0x7f || c == '\n' || c == '\t' {
			i++
			continue
		}
		r, n := utf8.DecodeRune(data[i:])
		if c := string(data[i : i+n]); text.Visible(c) != c {
			out = append(out, data[kept:i]...)
			if r > 0xffff { // a pair of surrogates
				r -= 0x10000
				out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
			} else {
				out = fmt.Appendf(out, `\u%04x`, r)
			}
			kept = i + n
		}
		i += n
	}
	if out == nil {
		return data
	}
	return append(out, data[kept:]...)
}
