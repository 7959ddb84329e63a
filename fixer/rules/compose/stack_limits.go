package compose

import (
	"path"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// ofStack says whether a file is for docker stack deploy, which refuses mem_limit and
// pids_limit and takes limits under deploy alone. A file that has such a key of a service
// is not deployed that way.
var ofStack = fixer.Share(func(p *fixer.Pass) bool {
	if major, _, said := versionOf(p); said && major < 3 {
		return false
	}
	swarm := hasOverlayNetwork(p)
	for _, v := range p.Topology().Compose().Views(p.File.Path) {
		if hasServiceLimit(v) {
			return false
		}
		swarm = swarm || inSwarm(v)
	}
	return swarm
})

// isStack says whether a file is for docker stack deploy by what its services say. An
// overlay network alone does not tell, and neither does a number of replicas: docker compose
// up takes both. A service that is built and has no image cannot be deployed.
var isStack = fixer.Share(func(p *fixer.Pass) bool {
	if !ofStack.Of(p) {
		return false
	}
	certain := strings.Contains(path.Base(p.File.Path), "stack")
	for _, v := range p.Topology().Compose().Views(p.File.Path) {
		if image, _ := v.ImageName(); v.IsBuilt() && image == "" {
			return false
		}
		for _, key := range []string{"placement", "update_config", "rollback_config", "endpoint_mode"} {
			certain = certain || v.Field("deploy", key).Node != nil
		}
	}
	return certain
})

// stackRefusesPids says why a stack takes no limit of processes, as advice; "" where it
// takes one.
func stackRefusesPids(p *fixer.Pass) string {
	major, minor, said := versionOf(p)
	if !said || major > 3 || major == 3 && minor >= 9 || !ofStack.Of(p) {
		return ""
	}
	return "Set version to \"3.9\", then deploy.resources.limits.pids for each service. docker stack deploy refuses pids_limit, and takes a PIDs limit under deploy from that version on"
}

// versionOf reads the version that a file sets. What is no number counts as the oldest.
func versionOf(p *fixer.Pass) (major, minor int, said bool) {
	if p.File.Compose == nil || p.File.Compose.Doc == nil {
		return 0, 0, false
	}
	version := p.File.Compose.Doc.Root.Get("version").Text()
	if version == "" {
		return 0, 0, false
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
