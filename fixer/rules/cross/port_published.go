package cross

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// checkPublished compares the port that a Compose service publishes with what its image
// listens on.
func checkPublished(p *fixer.Pass, f *fixer.File) {
	for _, v := range p.Topology().Compose().Views(f.Path) {
		ports := v.Ports()
		if len(ports) != 1 || !ports[0].Setting.Own || ports[0].Setting.File != f.Path || ports[0].Protocol != "tcp" {
			continue
		}
		target, err := strconv.Atoi(ports[0].Target)
		spec := container.FromService(p, v)
		known, evidence := imagePorts(spec)
		if err != nil || len(known) != 1 || known[0] == target || spec.HostNetwork || spec.EnvFrom || spec.Entrypoint != nil || spec.Command != nil || mentions(spec, target) || configured(spec) {
			continue
		}
		reportPublished(p, v, ports[0], target, known[0], spec, evidence)
	}
}

func reportPublished(p *fixer.Pass, v compose.View, port compose.Port, target, exposed int, spec *container.Spec, evidence []fixer.Evidence) {
	f := fixer.Finding{
		File: v.File, Path: "services." + v.Name + ".ports", Start: port.Setting.Node.Start, End: port.Setting.Node.End,
		Message:  fmt.Sprintf("Service %q publishes port %d of the container, but its image listens on port %d", v.Name, target, exposed),
		Evidence: evidence,
		Advice:   fmt.Sprintf("Find out on which port the application listens, and write the same port in %s and in EXPOSE", v.File),
	}
	image := true
	if b := spec.Image.Build; b != nil {
		listens := ownPort(b.Stage)
		agree, differ := otherPlaces(p, v, b, target), otherPlaces(p, v, b, exposed)
		image = listens == exposed || listens == 0 && len(differ) > 0 && len(agree) == 0
		f.Evidence = slices.Concat(f.Evidence, agree, differ)
		if listens > 0 && listens != target && !image {
			return // neither is right
		}
		if !image {
			f.Severity = fixer.Low
			f.Message = fmt.Sprintf("Service %q publishes port %d of the container, but its Dockerfile exposes port %d", v.Name, target, exposed)
		}
		if !image && (listens == target || len(agree) > 0 && len(differ) == 0) {
			if fix, ok := exposeFix(b, exposed, target); ok {
				f.Fixes = []fixer.Fix{fix}
			}
		}
	}
	if op, ok := publish(v, port, exposed); ok && image {
		doc := v.Doc
		f.Fixes = []fixer.Fix{{
			ID: "follow-image", Title: fmt.Sprintf("Publish port %d of the container", exposed), Level: fixer.Review,
			Breaks: fmt.Sprintf("Applications that listen on port %d because of a setting that no file here shows", target),
			Verify: v.CLI() + " up -d " + text.ShellWord(v.Name) + " && " + v.CLI() + " port " + text.ShellWord(v.Name) + " " + strconv.Itoa(exposed) + "\nprints an address that the application answers on",
			Edit: func(d *fixer.Draft) error {
				d.At(v.File).YAML(doc, op)
				return nil
			},
		}}
	}
	p.Report(f)
}

// otherPlaces are the lines of other files that say that the containers of a build listen
// on a port.
func otherPlaces(p *fixer.Pass, v compose.View, b *topology.Build, port int) []fixer.Evidence {
	var out []fixer.Evidence
	for _, o := range p.Topology().Users(b.Path) {
		other, ok := p.Topology().ServiceBuild(o)
		if !ok || other.Stage != b.Stage || o.File == v.File {
			continue
		}
		for _, published := range o.Ports() {
			if published.Target == strconv.Itoa(port) && published.Protocol == "tcp" {
				out = append(out, fixer.Evidence{Kind: fixer.FromCompose, Place: fmt.Sprintf("%s:%d", published.Setting.File, published.Setting.Node.Line), Text: fmt.Sprintf("Service %q publishes port %d of the container", o.Name, port)})
			}
		}
	}
	for f := range p.Snapshot.Files() {
		for c := range p.Topology().Containers(f.Objects) {
			if c.Build.Stage != b.Stage {
				continue
			}
			for _, declared := range c.Node.Get("ports").List() {
				if n, _ := declared.Get("containerPort").Int(); int(n) == port {
					out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Place: f.PlaceOf(declared), Text: fmt.Sprintf("%s declares containerPort %d", c.Workload.ID(), port)})
				}
			}
		}
	}
	return out
}

// exposeFix writes the port of the application in EXPOSE, where the others say it.
func exposeFix(b *topology.Build, from, to int) (fixer.Fix, bool) {
	i := slices.IndexFunc(b.Stage.Exposes(), func(port dockerfile.Port) bool { return port.Number == from && port.Proto == "tcp" })
	if i < 0 {
		return fixer.Fix{}, false
	}
	port := b.Stage.Exposes()[i]
	rest, ok := strings.CutPrefix(port.Word.Raw, strconv.Itoa(from))
	if !ok || rest != "" && rest != "/tcp" {
		return fixer.Fix{}, false
	}
	file, at := b.File, b.Path
	return fixer.Fix{
		ID: "expose", Title: fmt.Sprintf("Write EXPOSE %d in %s", to, b.Path), Level: fixer.Review,
		Breaks: "Tools that read the exposed port of the image, such as docker run -P and reverse proxies that discover containers",
		Verify: "docker image inspect --format '{{.Config.ExposedPorts}}' IMAGE\nprints " + strconv.Itoa(to) + "/tcp",
		Edit: func(d *fixer.Draft) error {
			edits, err := file.ReplaceWord(port.At, port.Word, strconv.Itoa(to)+rest)
			if err != nil {
				return err
			}
			d.At(at).Dockerfile(edits, dockerfile.FieldExpose)
			return nil
		},
	}, true
}

// publish writes another port of the container into an entry of ports, whose port on the
// host stays.
func publish(v compose.View, port compose.Port, to int) (yamldoc.Op, bool) {
	n := port.Setting.Node
	if target := n.Get("target"); target != nil {
		return yamldoc.Set(target.Path(), to), true
	}
	whole := n.Text()
	body, protocol, given := strings.Cut(whole, "/")
	if !strings.HasSuffix(body, ":"+port.Target) {
		return yamldoc.Op{}, false
	}
	out := strings.TrimSuffix(body, port.Target) + strconv.Itoa(to)
	if given {
		out += "/" + protocol
	}
	return yamldoc.SetText(n.Resolve(), out), true
}

// imagePorts are the TCP ports that an image is known to listen on: those its Dockerfile
// here exposes, else those of the image table. They are nil where that is not sure.
func imagePorts(spec *container.Spec) ([]int, []fixer.Evidence) {
	var out []int
	if b := spec.Image.Build; b != nil {
		var evidence []fixer.Evidence
		for _, port := range b.Stage.Exposes() {
			if !port.Known || port.Number == 0 || port.At == nil {
				return nil, nil
			}
			if port.Proto == "tcp" && !slices.Contains(out, port.Number) {
				out = append(out, port.Number)
				evidence = append(evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: fmt.Sprintf("%s:%d", b.Path, port.At.Line), Text: fmt.Sprintf("EXPOSE %d", port.Number)})
			}
		}
		if !b.Certain {
			return nil, nil
		}
		return out, evidence
	}
	known := spec.Image.Ports()
	if !known.Known || spec.Image.Entry == nil || spec.Image.Entry.ByName {
		return nil, nil
	}
	for _, port := range known.Value {
		if port.When != nil || port.Last > port.Number || strings.EqualFold(port.Protocol, "udp") {
			return nil, nil
		}
		out = append(out, port.Number)
	}
	return out, []fixer.Evidence{known.Evidence}
}

// ownPort is the port that a Dockerfile says besides EXPOSE: in a variable that names it,
// in an option of the command, or in the health check. It is 0 where nothing says it, and
// -1 where several are named.
func ownPort(s *dockerfile.Stage) int {
	found := 0
	note := func(n int) {
		if n > 0 && found != n {
			if found != 0 {
				n = -1
			}
			found = n
		}
	}
	for _, name := range []string{"PORT", "SERVER_PORT", "HTTP_PORT", "APP_PORT", "ASPNETCORE_HTTP_PORTS"} {
		if v, ok := s.LookupEnv(name); ok && v.Known {
			n, _ := strconv.Atoi(v.Text)
			note(n)
		}
	}
	for _, c := range []dockerfile.CommandLine{s.Entrypoint(), s.Cmd()} {
		for _, m := range portOption().FindAllStringSubmatch(strings.Join(c.Args, " "), -1) {
			n, _ := strconv.Atoi(m[1])
			note(n)
		}
	}
	if h := s.Healthcheck(); h.At != nil {
		for _, m := range ownAddress().FindAllStringSubmatch(strings.Join(h.Args, " "), -1) {
			n, _ := strconv.Atoi(m[1])
			note(n)
		}
	}
	return found
}

var (
	portOption = text.Regexp(`(?:--?(?:http-|server[.-])?port[= ]|0\.0\.0\.0:|\[::\]:|-p[= ]|--bind[= ]:)(\d{2,5})\b`)
	ownAddress = text.Regexp(`(?:localhost|127\.0\.0\.1):(\d{2,5})\b`)
)

// mentions reports whether a file tells the container a port somewhere else than where it
// declares ports: in a variable or in its command.
func mentions(spec *container.Spec, port int) bool {
	number := regexp.MustCompile(`(^|\D)` + strconv.Itoa(port) + `(\D|$)`)
	for _, v := range spec.Env {
		if number.MatchString(v.Value) || !v.Known && strings.Contains(strings.ToUpper(v.Name), "PORT") {
			return true
		}
	}
	return number.MatchString(strings.Join(slices.Concat(spec.Entrypoint, spec.Command), " "))
}

// configured reports whether files are mounted into the container that may configure it.
func configured(spec *container.Spec) bool {
	return slices.ContainsFunc(spec.Mounts, func(m container.Mount) bool {
		return m.Kind == container.MountFiles || m.Kind == container.MountHost
	}) || len(spec.Copied) > 0
}
