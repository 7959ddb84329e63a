package image

import (
	"fmt"
	"slices"
	"strings"
)

// Evidence says in one sentence what is known of the base in the field
// and from where; see [Entry.Evidence].
func (b Base) Evidence(f BaseField) Statement { return state(b.claim(f), b.Provenance[f]) }

func (b Base) claim(f BaseField) string {
	switch f {
	case BaseDistribution:
		if b.Distribution == "" {
			return b.Image + " is built on an unknown distribution"
		}
		return strings.TrimSpace(b.Image + " is built on " + string(b.Distribution) + " " + b.Release)
	case BasePackages:
		return b.Image + " installs packages with " + orUnknown(string(b.Packages))
	case BaseShell:
		return b.Image + " has the shell " + orUnknown(string(b.Shell))
	case BaseLibc:
		return b.Image + " has the C library " + orUnknown(string(b.Libc))
	case BaseTools:
		return b.Image + " " + b.claimTools()
	case BaseAccounts:
		names := make([]string, 0, len(b.Accounts))
		for _, a := range b.Accounts {
			names = append(names, fmt.Sprintf("%s (%d:%d)", a.Name, a.UID, a.GID))
		}
		return b.Image + " has the users " + or("(none)", names)
	case BaseDefault:
		return b.Image + " runs as " + b.Default.String()
	case BaseEntrypoint:
		if b.Entrypoint == nil {
			return b.Image + " has an unknown entrypoint"
		}
		return b.Image + " has the entrypoint " + or("(none)", []string{strings.Join(b.Entrypoint, " ")})
	}
	return fmt.Sprintf("%s has no field %q", b.Image, string(f))
}

func (b Base) claimTools() string {
	var has, lacks []string
	for tool, is := range b.tools {
		if is {
			has = append(has, tool)
		} else {
			lacks = append(lacks, tool)
		}
	}
	slices.Sort(has)
	slices.Sort(lacks)
	if len(lacks) == 0 {
		return "includes " + or("no known tools", has)
	}
	return "includes " + or("no known tools", has) + ", and lacks " + or("nothing", lacks)
}

func orUnknown(s string) string {
	if s == "" {
		return "(unknown)"
	}
	return s
}
