package compose

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// ofStack says whether a file is, or may be, for docker stack deploy: what a stack refuses or
// ignores is written in the form that it takes, which docker compose takes, too. A stack has
// its limits under deploy alone. A file that has mem_limit or pids_limit in a service is not
// deployed that way, nor one of version 2, nor one with a service that is built and has no
// image.
var ofStack = fixer.Share(func(p *fixer.Pass) bool {
	if major, _, said := versionOf(p); said && major < 3 {
		return false
	}
	named, _ := namedStack(p.File.Path)
	swarm := named || hasOverlayNetwork(p) || stackWords().Match(p.File.Data)
	for _, v := range p.Topology().Compose().Views(p.File.Path) {
		if image, _ := v.ImageName(); hasServiceLimit(v) || v.IsBuilt() && image == "" {
			return false
		}
		swarm = swarm || inSwarm(v)
	}
	return swarm
})

// isStack says whether a file is for docker stack deploy and nothing else, by what its
// services or its comments say. An overlay network alone does not tell, and neither does a
// number of replicas: docker compose up takes both.
var isStack = fixer.Share(func(p *fixer.Pass) bool {
	if !ofStack.Of(p) {
		return false
	}
	_, certain := namedStack(p.File.Path)
	certain = certain || stackWords().Match(p.File.Data) && !composeWords().Match(p.File.Data)
	named := strings.Contains(path.Base(p.File.Path), "stack")
	for _, v := range p.Topology().Compose().Views(p.File.Path) {
		for _, key := range []string{"placement", "update_config", "rollback_config", "endpoint_mode"} {
			certain = certain || v.Field("deploy", key).Node != nil
		}
		certain = certain || named && inSwarm(v) || v.Field("deploy", "mode").Node.Text() == "global"
	}
	return certain || named && hasOverlayNetwork(p)
})

var (
	stackWords   = text.Regexp(`(?i)#.*\b(?:docker +stack +deploy|docker swarm|swarm stacks?|swarm mode)\b`)
	composeWords = text.Regexp(`(?i)#.*\bdocker[ -]compose +(?:-\S+ +\S+ +)*(?:up|run|start)\b`)
)

// namedStack reports whether the name of a file says that it is for docker stack deploy:
// stack.yml, which people give to docker compose, too, or for certain docker-stack.yml and
// swarm.prod.yml. elk-stack.yml names software.
func namedStack(file string) (named, certain bool) {
	base := path.Base(file)
	words := strings.FieldsFunc(strings.ToLower(strings.TrimSuffix(base, path.Ext(base))), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	docker := false
	for _, w := range words {
		switch w = strings.TrimRight(w, "0123456789"); {
		case w == "swarm":
			return true, true
		case w == "stack":
			named = true
		case !aroundStack[w]:
			return false, false
		}
		docker = docker || w == "docker"
	}
	return named, named && docker && !slices.Contains(words, "compose")
}

// aroundStack are the words that say nothing of what the services are.
var aroundStack = text.WordSet("docker compose deploy app dev development test testing staging stage prod production local example sample")

// stackTakes reports whether docker stack deploy takes what came with a version of its
// format, 3.MINOR.
func stackTakes(p *fixer.Pass, minor int) bool {
	major, named, said := versionOf(p)
	return !said || major > 3 || major == 3 && named >= minor
}

// stackRefusesPids says why a stack takes no limit of processes, as advice; "" where it
// takes one.
func stackRefusesPids(p *fixer.Pass) string {
	if !ofStack.Of(p) || stackTakes(p, 9) {
		return ""
	}
	return "Set version to \"3.9\", then deploy.resources.limits.pids for each service. docker stack deploy refuses pids_limit, and takes a PIDs limit under deploy from that version on"
}

// versionOf reads the version that a file sets. What is no number counts as the oldest.
func versionOf(p *fixer.Pass) (major, minor int, said bool) {
	if p.File.Compose == nil || p.File.Compose.Doc == nil {
		return 0, 0, false
	}
	return versionIn(p.File.Compose.Doc.Root)
}

// newestMinor is what docker stack deploy takes for version: "3".
const newestMinor = 13

func versionIn(root *yamldoc.Node) (major, minor int, said bool) {
	version := root.Get("version").Text()
	if version == "" {
		return 0, 0, false
	}
	if version == "3" {
		return 3, newestMinor, true
	}
	first, rest, _ := strings.Cut(version, ".")
	major, _ = strconv.Atoi(first)
	minor, _ = strconv.Atoi(rest)
	return major, minor, true
}

func hasOverlayNetwork(p *fixer.Pass) bool {
	if p.File.Compose == nil || p.File.Compose.Doc == nil {
		return false
	}
	for _, network := range p.File.Compose.Doc.Root.Get("networks").All() {
		if network.Get("driver").Text() == "overlay" {
			return true
		}
	}
	return false
}
