package build

import (
	"path"
	"strings"

	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

// dropTools are made for programs that start as root and become another user by
// themselves. An image that brings one most likely does so.
const dropTools = "gosu su-exec setuidgid s6-setuidgid fixuid setpriv runuser"

var (
	droppers = text.WordSet(dropTools + " su sudo doas chpst chroot")

	// dropToolIn matches them, and the supervisor that has its own, in the text of
	// an instruction.
	dropToolIn = text.Regexp(`(^|[\s/="',\[])(s6-overlay|` + strings.ReplaceAll(dropTools, " ", "|") + `)\b`)
)

// DropsPrivileges reports whether a program, started as root, runs another one as
// another user.
func DropsPrivileges(program string) bool { return droppers[path.Base(program)] }

// PrivilegeDropTool returns the tool in an instruction with which the program
// most likely drops root's privileges by itself; "" when there is none.
func PrivilegeDropTool(f *dockerfile.File, i *dockerfile.Instruction) string {
	return strings.Trim(dropToolIn().FindString(string(f.Source[i.Start:i.End])), "/=\"',[ \t\r\n")
}
