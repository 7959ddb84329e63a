//go:build unix

package disktest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// ShutTree is [Tree] with files that may not be read, a directory that may not
// be entered and one that may not be written to, and one that may.
func ShutTree(t *testing.T) string {
	t.Helper()
	dir := Tree(t, map[string]string{
		"Dockerfile": Dockerfile, "pod.yaml": Pod, "x.json": "{}", "shut/compose.yaml": Compose,
		"frozen/Dockerfile": Dockerfile, "open/Dockerfile": Dockerfile,
	})
	for name, mode := range map[string]os.FileMode{"Dockerfile": 0, "pod.yaml": 0, "x.json": 0, "shut": 0, "frozen": 0o555} {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { // so that the directory can be removed
		os.Chmod(filepath.Join(dir, "shut"), 0o755)
		os.Chmod(filepath.Join(dir, "frozen"), 0o755)
	})
	return dir
}

const asNobody = "OAKUM_TEST_AS_NOBODY"

// AsNobody runs the calling test again as a user without permissions when the
// tests run as root, who may read everything. It reports whether the caller
// is to go on: false where the run was made in another process.
func AsNobody(t *testing.T) bool {
	t.Helper()
	if os.Getuid() == 0 && os.Getenv(asNobody) == "" {
		base, err := os.MkdirTemp("", "oakum-nobody")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(base)
		// The test binary lies where others may not go: run a copy.
		self, err := os.ReadFile(os.Args[0])
		exe := filepath.Join(base, "test")
		if err == nil {
			err = os.WriteFile(exe, self, 0o755)
		}
		if err == nil {
			err = os.Chmod(base, 0o755)
		}
		if err == nil {
			err = os.Mkdir(filepath.Join(base, "tmp"), 0o777)
		}
		if err == nil {
			err = os.Chmod(filepath.Join(base, "tmp"), 0o777)
		}
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe, "-test.run", "^"+t.Name()+"$", "-test.v")
		cmd.Dir = base
		cmd.Env = append(os.Environ(), asNobody+"=1", "TMPDIR="+filepath.Join(base, "tmp"), "HOME="+filepath.Join(base, "tmp"))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := cmd.CombinedOutput()
		if err != nil && !strings.Contains(string(out), "--- ") {
			t.Skipf("cannot run as another user here: %v", err)
		}
		if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
			t.Fatalf("as nobody: %v\n%s", err, out)
		}
		return false
	}
	return true
}
