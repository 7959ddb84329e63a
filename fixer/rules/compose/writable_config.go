package compose

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
)

//go:embed writable_config.md
var writableConfigDoc string

// WritableConfig reports configuration files that a service can change on its host.
var WritableConfig = &fixer.Rule{
	Name:     "compose/writable-config",
	Title:    "configuration mounted writable",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.6"},
		{Source: fixer.OWASPDocker, ID: "rule 8"},
	},
	Doc: writableConfigDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			spec := container.FromService(p, v)
			for _, m := range v.Mounts() {
				if !mountWritable(m) || m.Tmpfs || inherited(v, m.Setting) || !isConfig(m) || spec.WritesConfig(m.Target) || unwritableMount(v, m) != "" {
					continue
				}
				if _, decided := reasonFor(v, m.Setting); decided {
					continue
				}
				f := fixer.Finding{
					Path:    v.Service.Path.String() + " volumes[" + m.Target + "]",
					Message: fmt.Sprintf("Service %q can change its configuration %s on the host", v.Name, sourceOf(m)),
				}
				fix := readOnlyMount(v, m, "Applications that write to "+m.Target+" or change its owner when they start")
				if other := readOnlyBeside(v); other.Node != nil {
					fix.Level = fixer.Manual
					f.Evidence = []fixer.Evidence{{Kind: fixer.FromCompose, Place: placeOf(other.Setting), Text: "The service mounts " + sourceOf(other) + " read-only, so this mount may be writable on purpose"}}
					f.Advice = "Check whether the application writes to " + m.Target + ", and mount it read-only if not"
				}
				f.Fixes = []fixer.Fix{fix}
				report(p, v, own(m.Setting), f)
			}
		}
	},
}

// readOnlyBeside returns a mount of files beside the Compose file that the service mounts
// read-only: its author knows the option, and left it out elsewhere.
func readOnlyBeside(v compose.View) compose.Mount {
	for _, m := range v.Mounts() {
		if m.ReadOnly && strings.HasPrefix(sourceOf(m), ".") {
			return m
		}
	}
	return compose.Mount{}
}

// configExtensions are those of files that applications read and do not write.
var configExtensions = []string{".conf", ".cnf", ".cfg", ".ini", ".pem", ".crt", ".key", ".properties", ".template", ".htpasswd"}

// settingsExtensions are those of files that some applications write, too.
var settingsExtensions = []string{".yml", ".yaml", ".toml", ".xml", ".json", ".sh", ".sql"}

// rewritten are files that their application keeps its state in.
var rewritten = []string{"sentinel.conf", "acme.json", "resolv.conf"}

// configDirectories are the names of directories that hold nothing but configuration.
var configDirectories = []string{"conf.d", "docker-entrypoint-initdb.d", "provisioning", "sites-enabled", "sites-available", "templates", "mysql.conf.d"}

// isConfig reports whether a mount is a file or directory of the host that holds
// configuration: by the extension of the file, or by where it is mounted.
func isConfig(m compose.Mount) bool {
	source := sourceOf(m)
	if !strings.HasPrefix(source, ".") && !path.IsAbs(source) || path.IsAbs(source) && !ordinary(source) && container.PlaceOnHost(source).Holds("host") != "" {
		return false
	}
	system := strings.HasPrefix(m.Target, "/etc/") || strings.HasPrefix(m.Target, "/usr/local/etc/") || strings.HasPrefix(m.Target, "/docker-entrypoint-initdb.d/")
	if slices.Contains(rewritten, path.Base(source)) {
		return false
	}
	extension := path.Ext(source)
	if extension == path.Base(source) || extension != path.Ext(m.Target) {
		extension = ""
	}
	switch {
	case slices.Contains(configExtensions, extension):
		return true
	case slices.Contains(settingsExtensions, extension):
		return system
	}
	for dir := m.Target; len(dir) > 1; dir = path.Dir(dir) {
		if slices.Contains(configDirectories, path.Base(dir)) {
			return (system || m.Target == "/docker-entrypoint-initdb.d") && (path.Ext(source) == "" || path.Ext(source) == ".d")
		}
	}
	return false
}
