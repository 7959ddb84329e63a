package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/topology"
)

//go:embed no_healthcheck.md
var noHealthcheckDoc string

// NoHealthcheck reports images that serve a port without a HEALTHCHECK.
var NoHealthcheck = &fixer.Rule{
	Name:     "dockerfile/no-healthcheck",
	Title:    "no HEALTHCHECK",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.6"},
		{Source: fixer.Hadolint, ID: "DL3057"},
		{Source: fixer.Trivy, ID: "DS-0026"},
		{Source: fixer.Checkov, ID: "CKV_DOCKER_2"},
		{Source: fixer.KICSDockerfile, ID: "b03a748a-542d-44f4-bb86-9199ab4fd2d5", Title: "Healthcheck Instruction Missing"},
		{Source: fixer.Dockle, ID: "CIS-DI-0006"},
	},
	Params: []fixer.Param{paramPort, paramPath},
	Doc:    noHealthcheckDoc,
	Check: func(p *fixer.Pass) {
		for _, s := range build.Targets(p) {
			if !s.Windows && s.Healthcheck().At == nil {
				checkHealth(p, s)
			}
		}
	},
}

var (
	paramPort = fixer.Param{Name: "port", Meaning: "TCP port the application listens on, 1 to 65535", Validate: validPort}
	paramPath = fixer.Param{Name: "path", Meaning: "Path of the health endpoint, such as /healthz; empty to only connect"}
)

func checkHealth(p *fixer.Pass, s *dockerfile.Stage) {
	port, ok := tcpPort(s)
	if !ok {
		return
	}
	if base := p.Facts.Image(s.Root().Image); base.HasHealthcheck().Value {
		return
	}
	users := servicesOf(p, s)
	var bare []topology.Run
	for _, r := range p.Topology().Runs(p.File.Path, s.Index) {
		if r.Setting("healthcheck").Node == nil {
			bare = append(bare, r)
		}
	}
	if len(users) > 0 && len(bare) == 0 {
		return
	}
	f := fixer.Finding{
		Path:     stagePath(s) + ": HEALTHCHECK",
		Message:  fmt.Sprintf("No HEALTHCHECK: Docker cannot tell whether port %d still responds", port.Number),
		Evidence: []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: source(p, port.At), Text: "EXPOSE " + port.Text}},
		Start:    port.Word.Start, End: port.Word.End,
	}
	if port.Stage != s {
		f.Start, f.End = s.From.Start, s.From.End
	}
	probe, can := probeIn(p, s, port.Number)
	why, other := unlike(users, strconv.Itoa(port.Number))
	switch {
	case !can:
		f.Advice = withoutProbe(p, s, port.Number)
	case len(bare) == 0:
		f.Advice = "Add `HEALTHCHECK CMD " + execForm(probe.any(strconv.Itoa(port.Number))) + "` if Docker or Compose runs the image. Kubernetes ignores HEALTHCHECK and uses its own probes"
	case why != "":
		f.Advice = fmt.Sprintf("Set a healthcheck for each service in the Compose file, such as `test: %s`. Reason: %s",
			execForm(append([]string{"CMD"}, probe.any(other)...)), why)
	default:
		runs := " runs the image"
		if !bare[0].Certain {
			runs = " most likely runs the image"
		}
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: bare[0].File, Text: "Service " + bare[0].Name + runs + " and has no healthcheck either"})
		f.Fixes = []fixer.Fix{healthFix(p, s, probe, port)}
	}
	report(p, s.From, f)
}

// withoutProbe is what to do where no tool of the base can be used. It says that the
// base has none only where the contents of the base are known.
func withoutProbe(p *fixer.Pass, s *dockerfile.Stage, port int) string {
	own := "Add a health command to the application (`HEALTHCHECK CMD [\"/app\", \"health\"]`). "
	if client, words := installedClient(p, s, port); client != "" {
		return own + fmt.Sprintf("Or use %s, which the Dockerfile installs: `HEALTHCHECK CMD %s`", client, execForm(words))
	}
	if _, known := build.BaseOf(p, s); !known {
		return own + fmt.Sprintf("oakum does not know which tools %s includes, and installing curl adds attack surface", s.Root().Base)
	}
	return own + fmt.Sprintf("%s includes no tool for this, and installing curl adds attack surface", s.Root().Base)
}

// installedClient is an HTTP client that a stage installs by name and keeps, with the
// words that ask for a page; "" where there is none, and for ports of other protocols.
func installedClient(p *fixer.Pass, s *dockerfile.Stage, port int) (string, []string) {
	if !speaksHTTP(port) {
		return "", nil
	}
	kept := map[string]bool{}
	for _, stage := range s.Chain() {
		for _, i := range stage.Instructions {
			if i.Keyword != "RUN" {
				continue
			}
			st := build.Of(p.File).Step(i)
			for _, c := range st.Commands {
				if c.Package != nil && c.Package.Installs() {
					for _, name := range c.Package.Packages {
						kept[build.PackageName(name)] = true
					}
				}
			}
			for name := range st.RemovedPackages() {
				delete(kept, name)
			}
		}
	}
	number := strconv.Itoa(port)
	switch {
	case kept["curl"]:
		return "curl", []string{"curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:" + number + "/"}
	case kept["wget"]:
		return "wget", wget(number, "/")
	}
	return "", nil
}

// unlike says why one health check in the image does not fit the services that
// run it, which start different programs or publish another port, and which port
// to ask then. It is empty when nothing speaks against it.
func unlike(users []compose.View, port string) (why, other string) {
	for _, v := range users {
		if len(users) > 1 && (v.Setting("command").Node != nil || v.Setting("entrypoint").Node != nil) {
			return fmt.Sprintf("service %s in %s overrides the command", v.Name, v.File), port
		}
		if ports := publishedPorts(v); len(ports) > 0 && !slices.Contains(ports, port) {
			return fmt.Sprintf("service %s in %s publishes container port %s instead", v.Name, v.File, ports[0]), ports[0]
		}
	}
	return "", port
}

func healthFix(p *fixer.Pass, s *dockerfile.Stage, probe probe, port dockerfile.Port) fixer.Fix {
	path := paramPath
	path.Validate = validPath(probe)
	if probe.connect == nil {
		path.Default, path.Meaning = "/", "Path of the health endpoint, such as /healthz"
	}
	fix := fixer.Fix{
		ID: "healthcheck", Title: "Add a HEALTHCHECK that uses " + probe.runtime, Level: fixer.Review,
		Breaks: fmt.Sprintf("The container becomes unhealthy if the application does not serve port %d, answers %s with an error, or starts slower than 30 seconds",
			port.Number, orPage(path.Default)),
		Verify: "docker inspect --format '{{.State.Health.Status}}' CONTAINER\nprints healthy after one minute",
		Params: []fixer.Param{paramPort.With(strconv.Itoa(port.Number)), path},
	}
	file := p.File.Dockerfile
	fix.Edit = func(d *fixer.Draft) error {
		words, ok := probe.command(d.Param("port"), d.Param("path"))
		if !ok {
			return fixer.Refuse("%s cannot perform this check", probe.runtime)
		}
		line := "HEALTHCHECK --timeout=5s --start-period=30s CMD " + execForm(words)
		if from := s.From.Name.Raw; from == strings.ToLower(from) {
			line = "healthcheck --timeout=5s --start-period=30s cmd " + execForm(words)
		}
		edits, err := file.InsertAtEnd(s, line)
		if err != nil {
			return err
		}
		d.Dockerfile(edits, dockerfile.FieldHealthcheck)
		return nil
	}
	return fix
}

func orPage(path string) string {
	if path == "" {
		return "the health path"
	}
	return "path " + path
}
