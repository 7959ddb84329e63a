package project

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/text"
)

// Editor opens a file at a line in $VISUAL, $EDITOR or vi.
func (b *Backend) Editor(path string, line int) (*exec.Cmd, error) {
	from, value := "VISUAL", os.Getenv("VISUAL")
	if strings.TrimSpace(value) == "" {
		from, value = "EDITOR", os.Getenv("EDITOR")
	}
	if strings.TrimSpace(value) == "" {
		from, value = "vi", "vi"
	}
	words, err := commandWords(value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	program, err := b.program(words[0])
	if err != nil {
		if from == "vi" {
			return nil, errors.New("set VISUAL or EDITOR to one")
		}
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	args := append(words[1:], atLine(words, filepath.Join(b.root, filepath.FromSlash(path)), max(1, line))...)
	return exec.Command(program, args...), nil
}

// program finds a program. One that lies in the repository is not run: a
// repository that is to be hardened must not decide what is executed.
func (b *Backend) program(name string) (string, error) {
	if strings.ContainsRune(name, filepath.Separator) && !filepath.IsAbs(name) {
		return "", fmt.Errorf("%s: write the whole path, or a name alone", text.VisibleLine(name))
	}
	found, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s: no such command", text.VisibleLine(name))
	}
	real, err := filepath.EvalSymlinks(found)
	if err == nil {
		if rel, err := filepath.Rel(b.root, real); err != nil || filepath.IsLocal(rel) {
			return "", fmt.Errorf("%s: it lies in the repository, so it is not run", text.VisibleLine(real))
		}
	}
	return found, nil
}

// openWait is how long a browser is watched for failing to open.
const openWait = 2 * time.Second

// OpenURL opens a page in the browser of the desktop, where there is one.
func (b *Backend) OpenURL(url string) error {
	opener := "xdg-open"
	switch {
	case !strings.HasPrefix(url, "https://"):
		return fmt.Errorf("%s: only https addresses are opened", text.VisibleLine(url))
	case runtime.GOOS == "darwin":
		opener = "open"
	case os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "":
		return errors.New("no desktop")
	}
	program, err := b.program(opener)
	if err != nil {
		return err
	}
	cmd := exec.Command(program, url) // no terminal: it must not draw on ours
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(openWait): // it may stay until the browser is closed
		return nil
	}
}
