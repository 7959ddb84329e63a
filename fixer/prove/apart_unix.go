//go:build unix

package prove

import (
	"os/exec"
	"syscall"
)

// apart keeps the interrupt of a terminal from the client: it ends by the context, and
// not in the middle of clearing up. It is asked to end, so that it can tell the engine.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
}
