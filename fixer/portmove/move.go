package portmove

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/nginx"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Move is what changes in all files where an image listens on another port.
type Move struct {
	Moves      bool             // false where no server of the image listens on the port
	Services   []compose.View   // that run the image
	Containers []kube.Container // that run the image
	Places     []string         // "compose.yaml:5": what changes besides the Dockerfile, for people
	Assumes    []string         // what was assumed: sentences without full stop

	// Others are containers of images that nobody is known to build, which listen on the
	// port and may run this image: "Deployment/web in k8s/web.yaml". Alike says that the
	// image of one has the name of the Dockerfile's directory in its own.
	Others []string
	Alike  bool

	runsIn   []string // files with the services and containers that run the image
	from, to int
	pass     *fixer.Pass
	stage    *dockerfile.Stage
	docker   []text.Edit
	settings []setting
	yaml     []change
	seen     map[*yamldoc.Node]bool
}

// A change is an operation on a document of a file.
type change struct {
	file string
	doc  *yamldoc.Doc
	op   yamldoc.Op
}

// A setting is the edits of a configuration file of the server.
type setting struct {
	file  string
	edits []text.Edit
}

// Of works out the move of a port of the image that a stage makes, whose server has
// configuration in the form of nginx. The error, a sentence
// without full stop that is safe to show, says what stands in the way.
func Of(p *fixer.Pass, s *dockerfile.Stage, from, to int) (*Move, error) {
	m := &Move{from: from, to: to, pass: p, stage: s, seen: map[*yamldoc.Node]bool{}}
	listens, err := m.readSettings()
	if err != nil {
		return nil, err
	}
	for _, step := range []func() error{m.readDockerfile, m.readCompose, m.readManifests, m.readClients} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	m.Moves = listens
	if !listens { // on another port, whatever EXPOSE says
		m.docker, m.yaml, m.Places = nil, nil, nil
	}
	return m, nil
}

// Edit returns what adds all changes to a draft of a fix about the Dockerfile. It
// outlives the pass, and holds nothing of it.
func (m *Move) Edit() func(d *fixer.Draft) {
	docker, settings, changes, runsIn := m.docker, m.settings, m.yaml, m.runsIn
	return func(d *fixer.Draft) {
		if len(docker) > 0 {
			d.Dockerfile(docker, dockerfile.FieldExpose, dockerfile.FieldHealthcheck)
		}
		for _, s := range settings {
			d.At(s.file).Settings(s.edits, nginx.OnlyMoves)
		}
		for _, c := range changes {
			d.At(c.file).YAML(c.doc, c.op)
		}
		for _, file := range append([]string{d.File}, runsIn...) {
			d.At(file).Alone() // what a container needs depends on the image
		}
	}
}

// set writes another text or number in the place of a node.
func (m *Move) set(file string, doc *yamldoc.Doc, n *yamldoc.Node, value string) {
	n = n.Resolve()
	if m.seen[n] {
		return
	}
	m.seen[n] = true
	op := yamldoc.SetText(n, value)
	if _, number := n.Int(); number {
		if v, err := strconv.Atoi(value); err == nil {
			op = yamldoc.Set(n.Path(), v)
		}
	}
	m.add(file, doc, op, n.Line)
}

func (m *Move) add(file string, doc *yamldoc.Doc, op yamldoc.Op, line int) {
	m.yaml = append(m.yaml, change{file, doc, op})
	if place := file + ":" + strconv.Itoa(line); !slices.Contains(m.Places, place) {
		m.Places = append(m.Places, place)
	}
}

func (m *Move) assume(why string) {
	if !slices.Contains(m.Assumes, why) {
		m.Assumes = append(m.Assumes, why)
	}
}

// is reports whether a text is the port.
func (m *Move) is(s string) bool { return s == strconv.Itoa(m.from) }

func (m *Move) want() string { return strconv.Itoa(m.to) }

// readDockerfile moves the port in EXPOSE and HEALTHCHECK of the stage.
func (m *Move) readDockerfile() error {
	f := m.pass.File.Dockerfile
	for _, port := range m.stage.Exposes() {
		switch {
		case port.Number == m.to && port.Proto == "tcp":
			return fmt.Errorf("line %d exposes port %d already", port.At.Line, m.to)
		case !port.Known, port.Number == 0:
			return fmt.Errorf("line %d exposes a port that a variable names, or several", port.At.Line)
		case port.Number != m.from || port.Proto != "tcp":
			continue
		case !strings.HasPrefix(port.Word.Raw, strconv.Itoa(m.from)):
			return fmt.Errorf("line %d exposes a port that a variable names, or several", port.At.Line)
		}
		e, err := f.ReplaceWord(port.At, port.Word, m.want()+strings.TrimPrefix(port.Word.Raw, strconv.Itoa(m.from)))
		if err != nil {
			return fmt.Errorf("line %d: %s", port.At.Line, text.VisibleLine(err.Error()))
		}
		m.docker = append(m.docker, e...)
	}
	h := m.stage.Healthcheck()
	if h.At == nil || len(h.Args) == 0 {
		return nil
	}
	spans, err := m.rewritten(string(f.Source[h.At.Start:h.At.End]))
	if err != nil {
		return fmt.Errorf("HEALTHCHECK in line %d %w", h.At.Line, err)
	}
	for _, s := range spans {
		m.docker = append(m.docker, text.Edit{Start: h.At.Start + s.start, End: h.At.Start + s.end, New: s.text})
	}
	return nil
}
