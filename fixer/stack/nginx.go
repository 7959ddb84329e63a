package stack

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// nginxStack is pages that are built and served in an image of nginx.
var nginxStack = &Stack{
	Name:   "nginx",
	Images: []string{image.DockerHub + "/library/nginx", image.DockerHub + "/nginxinc/nginx-unprivileged"},
	Does: func(a *App, st build.Step, c build.Command) *Work {
		if c.Program == "m4" {
			return &Work{} // it writes what it is told to by the shell
		}
		return nodeDoes(a, st, c)
	},
	Plan: planNginx,
}

// Where nginx has its pages and its servers.
const (
	nginxPages   = "/usr/share/nginx/html"
	nginxServers = "/etc/nginx/conf.d"
)

func planNginx(a *App) (*Recipe, error) {
	if a.StartsIn != nil && a.Program() != "nginx" {
		return nil, Refuse(UnknownStart, a.StartsIn, "Leave ENTRYPOINT and CMD to the image of nginx", "the container starts something else than nginx")
	}
	r := &Recipe{
		AnyDirectory: true, Programs: []string{"nginx"},
		Copies: []Copy{{Path: nginxPages, Why: "the pages that the build makes"}},
		Leaves: []string{"the tools that make the pages, and their sources"},
		Breaks: []string{"A server that serves files of another directory of the build"},
	}
	servers, known := a.nginxServers()
	if !known {
		return nil, Refuse(UnknownOutput, nil, "Copy one file of settings to "+nginxServers+"/default.conf", "the build changes the settings of nginx in a way that oakum does not follow")
	}
	same := Runtime{ID: "same-base", Image: a.Ref.Familiar(), Shell: true, Same: true, Why: "it is the base image of the build, without what the build adds"}
	r.Runtimes = []Runtime{same}
	if servers == nil {
		return r, nil
	}
	r.Copies = append(r.Copies, Copy{Path: nginxServers, Why: "the servers of nginx"})
	if twin, ok := a.pass.Facts.Named(a.Stage.Image).Twin(); ok && listensAbove(servers) {
		r.Runtimes = []Runtime{{ID: "nginx-unprivileged", Image: twin.Image, Shell: true, Same: true, User: fmt.Sprintf("%d:%d", twin.User.UID, twin.User.GID),
			Why: "it is nginx of the same version, prepared to run without root, and its server listens above port 1023"}, same}
	}
	return r, nil
}

// nginxServers returns the one file of servers that the build puts in the place of that
// of the image; nil for none. known is false where it changes other settings.
func (a *App) nginxServers() (servers []byte, known bool) {
	for _, i := range a.Stage.Instructions {
		if i.Keyword != "COPY" && i.Keyword != "ADD" || len(i.Words) < 2 {
			continue
		}
		to := a.Absolute(i, i.Words[len(i.Words)-1].Value)
		if !strings.HasPrefix(to, "/etc/nginx") {
			continue
		}
		sources := dockerfile.ContextSources(i)
		if len(sources) != 1 || to != nginxServers+"/default.conf" && (to != nginxServers || path.Base(sources[0].Value) != "default.conf") {
			return nil, false
		}
		m, ok := a.Manifest(strings.TrimPrefix(sources[0].Value, "./"))
		if !ok {
			return nil, false
		}
		servers = m.Data
	}
	touched := false
	a.Commands(func(_ build.Step, c build.Command) {
		for _, w := range c.Args() {
			touched = touched || strings.Contains(w.Raw, "/etc/nginx")
		}
		for _, r := range c.Redirects {
			touched = touched || strings.Contains(r.File.Raw, "/etc/nginx")
		}
	})
	return servers, !touched
}

// listenLine matches the port of a listen line of nginx.
var listenLine = text.Regexp(`(?m)^\s*listen\s+(?:[\w.*\[\]:]+:)?(\d+)\b`)

// listensAbove reports whether all servers of a file listen on ports that need no
// privilege, and the file names at least one.
func listensAbove(data []byte) bool {
	list := listenLine().FindAllSubmatch(data, -1)
	return len(list) > 0 && !slices.ContainsFunc(list, func(m [][]byte) bool {
		port, err := strconv.Atoi(string(m[1]))
		return err != nil || port < 1024
	})
}
