package container

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

// supervisors start what their configuration names.
var supervisors = text.WordSet("supervisord s6-svscan runsvdir my_init circusd monit")

// packageServers are the servers of packages that are called otherwise.
var packageServers = map[string]string{
	"bind9": "named", "clamav": "clamd", "samba": "smbd", "mariadb": "mariadbd", "mysql": "mysqld", "apache": "apache2", "exim4": "exim", "pdns": "pdns_server",
	"varnish": "varnishd", "freeradius": "freeradius", "openldap": "slapd", "chrony": "chronyd",
}

// supervisedServers are the servers with privileges of their own that an image built here
// installs, where the container starts a supervisor, which most likely starts them.
func (s *Spec) supervisedServers() []string {
	if !s.Image.BuiltHere() || !slices.ContainsFunc(s.effects(), func(e effect) bool { return e.run.Start && supervisors[e.program] }) {
		return nil
	}
	var out []string
	chain := s.Image.Build.Stage.Chain()
	for _, st := range build.Read(s.Image.Build.File).Steps("RUN") {
		if !slices.Contains(chain, st.Stage) {
			continue
		}
		for _, c := range st.Commands {
			if c.Package == nil || c.Package.Removes() {
				continue
			}
			for _, name := range c.Package.Packages {
				word, _, _ := strings.Cut(build.PackageName(name), "-")
				if server := packageServers[word]; server != "" {
					word = server
				}
				if serverCaps[word] != "" && !slices.Contains(out, word) {
					out = append(out, word)
				}
			}
		}
	}
	return out
}
