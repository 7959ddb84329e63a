package workspace

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/oakum-sec/oakum/fixer/disk"
)

// warnOfOpenSecrets says which new secrets other accounts of the host can read: their file
// has to be readable by the user of the container, and the directory that would keep others
// out was there already and lets them in. Who made it so decides whether it is closed.
func (w *writer) warnOfOpenSecrets(todo []replacement) {
	for _, a := range todo {
		if dir := path.Dir(a.path); a.secret && w.letsOthersIn(dir) {
			w.warn(a.path + " can be read by other users of this machine, because the directory " + dir + " was there and lets them in. chmod 700 " + dir + " keeps them out; containers still get the file")
		}
	}
}

// letsOthersIn reports whether every directory on the way to one, from the top of the file
// system, can be entered by all accounts.
func (w *writer) letsOthersIn(dir string) bool {
	open := func(info fs.FileInfo, err error) bool {
		if err != nil {
			return false
		}
		_, _, _, owned := disk.Owner(info) // elsewhere the bits say nothing
		return owned && info.Mode().Perm()&0o001 != 0
	}
	for ; dir != "."; dir = path.Dir(dir) {
		if !open(w.root.Stat(dir)) {
			return false
		}
	}
	for at := w.base; ; at = filepath.Dir(at) {
		if !open(os.Stat(at)) {
			return false
		}
		if at == filepath.Dir(at) {
			return true
		}
	}
}
