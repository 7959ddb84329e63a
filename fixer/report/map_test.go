package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/survey"
)

// mapOf is a map of two services of which the first has a name.
func mapOf(name string) *report.Map {
	at := connect.Place{File: "compose.yaml", Line: 3}
	web := connect.Node{ID: connect.ID("compose:compose.yaml#" + name), Kind: connect.Service, Name: name, Places: []connect.Place{at}}
	db := connect.Node{ID: "compose:compose.yaml#db", Kind: connect.Service, Name: "db", Places: []connect.Place{at}}
	internet := connect.Node{ID: connect.Internet, Kind: connect.Outside, Name: "internet"}
	seen := []connect.Evidence{{Text: name + " env DB_URL → db:5432", Place: at, Source: connect.FromEnv}}
	g := &connect.Graph{
		Nodes:      []connect.Node{db, web, internet},
		Edges:      []connect.Edge{{From: web.ID, To: db.ID, Port: 5432, Protocol: "TCP", Confidence: connect.High, Evidence: seen}, {From: connect.Internet, To: web.ID, Port: 80, Protocol: "TCP", Confidence: connect.High, Route: connect.Published, Evidence: seen}},
		Unresolved: []connect.Unresolved{{From: web.ID, Host: name, Port: 1, Why: "no service here has the name " + name, Evidence: seen}},
	}
	hop := survey.Hop{From: connect.Internet, To: web.ID, Name: name, Port: 80, Known: true, Marks: []string{"root"}, Evidence: seen[0], Cut: survey.Cut{Rule: "compose/x", Title: "Set " + name, Level: fixer.Safe}}
	return &report.Map{Map: &survey.Map{
		Graph: g,
		Services: []survey.Service{
			{Node: &g.Nodes[0], Name: "db", PathBefore: []survey.Hop{hop}},
			{Node: &g.Nodes[1], Name: name, Opens: g.To(web.ID), Before: survey.State{User: name, Writes: []string{"/", "/" + name}, Marks: []survey.Mark{{Name: "root", Place: at}}},
				ReachesBefore: []string{"db"}, PathBefore: []survey.Hop{hop}},
		},
		Before: survey.Reach{Pairs: 56, Used: 16}, After: survey.Reach{Pairs: 16, Used: 16},
	}}
}

// TestMapText: the way of an attacker with what cuts it, and the pairs.
func TestMapText(t *testing.T) {
	var out bytes.Buffer
	if err := mapOf("web").Text(&out, report.Style{}); err != nil {
		t.Fatal(err)
	}
	const want = `2 services, 1 connection, 1 unresolved host
Reachable pairs 56 → 16 (known connections: 16)

db  compose.yaml:3
  Runs as     an unknown user
  Attacker    internet → web:80 (root)
              web env DB_URL → db:5432 – Set web (compose/x, safe)  compose.yaml:3
  With fixes  no way in

web  compose.yaml:3
  Reachable   from internet on port 80 (published)  compose.yaml:3
  Runs as     web; can write /, /web
  Connects to db:5432: web env DB_URL → db:5432  compose.yaml:3
  Unresolved  web:1: no service here has the name web  compose.yaml:3
  Can reach   db; with the fixes none
  Attacker    internet → web:80 (root)
              web env DB_URL → db:5432 – Set web (compose/x, safe)  compose.yaml:3
  With fixes  no way in
  Weak points root  compose.yaml:3
`
	if got := out.String(); got != want {
		t.Errorf("it prints\n%s\nwant\n%s", got, want)
	}
}

// TestMapOfHostileNames: a name ends no quote, no label and no tag, and starts no line
// and no escape sequence, in whatever form the map is drawn.
func TestMapOfHostileNames(t *testing.T) {
	for _, name := range []string{
		`"]; click n0 "javascript:alert(1)`, `x"]\nn9["y`, "a\n  n0 --> n1", `</text><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "\x1b[31mred\x1b[0m", "a\u202eb", `\`, `\"];}digraph x{`, "&lt;", "#quot;", "`code`", "]]>", "${x}", "--> |x|",
	} {
		m := mapOf(name)
		draw := func(of func(io.Writer) error) string {
			var out bytes.Buffer
			if err := of(&out); err != nil {
				t.Fatal(err)
			}
			if s := out.String(); strings.ContainsAny(s, "\x1b\u202e") {
				t.Errorf("%q: control characters in %q", name, s)
			}
			return out.String()
		}
		text := draw(func(w io.Writer) error { return m.Text(w, report.Style{}) })
		if strings.Contains(text, "\n  n0 --> n1") {
			t.Errorf("%q begins a line:\n%s", name, text)
		}
		line := regexp.MustCompile(`^(flowchart LR|  n\d+(\(\["|\[")[^"\[\]]*("\]\)|"\])|  n\d+ (-->|-\.->)(\|"[^"|]*"\|)? n\d+|)$`)
		for _, l := range strings.Split(draw(m.Mermaid), "\n") {
			if !line.MatchString(l) || strings.Contains(strings.ReplaceAll(l, "<br/>", ""), "<") {
				t.Errorf("%q: mermaid has the line %q", name, l)
			}
		}
		line = regexp.MustCompile(`^(digraph oakum \{|\}|  (rankdir|node|edge).*|  n\d+( -> n\d+)? \[label="([^"\\]|\\["\\n])*"(, (shape=ellipse|style=dashed))?\];|)$`)
		for _, l := range strings.Split(draw(m.DOT), "\n") {
			if !line.MatchString(l) {
				t.Errorf("%q: dot has the line %q", name, l)
			}
		}
		for d := xml.NewDecoder(strings.NewReader(draw(m.SVG))); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Errorf("%q: svg: %v", name, err)
				break
			}
			if e, ok := token.(xml.StartElement); ok && !strings.Contains(" svg title defs marker path rect text ", " "+e.Name.Local+" ") {
				t.Errorf("%q: svg has the element %s", name, e.Name.Local)
			}
		}
		var back struct {
			Version int
			Nodes   []struct{ ID, Name string }
			Edges   []struct {
				From, To, Protocol, Confidence string
				Port                           int
				Evidence                       []struct{ Text, File string }
			}
			Unresolved []struct {
				From, Host string
				Evidence   []struct{ Text string }
			}
		}
		if err := json.Unmarshal([]byte(draw(m.JSON)), &back); err != nil || back.Version != 1 || back.Nodes[1].Name != name || len(back.Edges[0].Evidence) != 1 || back.Unresolved[0].Host != name {
			t.Errorf("%q: json: %v %+v", name, err, back)
		}
	}
}
