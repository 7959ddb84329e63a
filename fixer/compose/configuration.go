package compose

import (
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

var configurationEnds = text.WordSet(".conf .cfg .cnf .ini .toml .yml .yaml .json .properties .hcl .template .tmpl")

// IsConfiguration reports whether a file is by its name the configuration of a server.
func IsConfiguration(name string) bool {
	base := path.Base(name)
	return configurationEnds[strings.ToLower(path.Ext(base))] || base == "Caddyfile" || base == "Corefile"
}

// HoldsConfiguration reports whether a path in a container is one where configuration
// lies by convention.
func HoldsConfiguration(target string) bool {
	return strings.Contains(target, "/etc/") || strings.Contains(target, "conf") || strings.Contains(target, "provisioning")
}
