package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"oakum/fixer/text"
)

// Editor opens a file at a line in $VISUAL, $EDITOR or vi.
func (b *backend) Editor(path string, line int) (*exec.Cmd, error) {
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

// atLine gives the arguments that open a file at a line, by the conventions of
// the editor that the words start. One it does not know gets the file alone.
func atLine(words []string, file string, line int) []string {
	n := strconv.Itoa(line)
	name := strings.ToLower(strings.TrimSuffix(filepath.Base(words[0]), ".exe"))
	switch name {
	case "vi", "vim", "nvim", "view", "gvim", "mvim", "vis", "nano", "pico", "emacs", "emacsclient", "joe", "jed", "mg", "ne", "micro", "kak":
		return []string{"+" + n, file}
	case "hx", "helix":
		return []string{file + ":" + n}
	case "code", "code-insiders", "codium", "vscodium", "cursor", "windsurf":
		return append(waiting(words, "--wait"), "--goto", file+":"+n)
	case "subl", "zed", "zeditor":
		return append(waiting(words, "--wait"), file+":"+n)
	}
	return []string{file}
}

// waiting is the flag that makes an editor with windows come back only when the
// file is closed, unless it is among the words already.
func waiting(words []string, flag string) []string {
	for _, w := range words[1:] {
		if w == flag || w == "-w" {
			return nil
		}
	}
	return []string{flag}
}

// program finds a program. One that lies in the repository is not run: a
// repository that is to be hardened must not decide what is executed.
func (b *backend) program(name string) (string, error) {
	if strings.ContainsRune(name, filepath.Separator) && !filepath.IsAbs(name) {
		return "", fmt.Errorf("%s: write the whole path, or a name alone", text.VisibleLine(name))
	}
	found, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s: no such program", text.VisibleLine(name))
	}
	real, err := filepath.EvalSymlinks(found)
	if err == nil {
		if rel, err := filepath.Rel(b.root, real); err != nil || filepath.IsLocal(rel) {
			return "", fmt.Errorf("%s: it lies in the repository, so it is not run", text.VisibleLine(real))
		}
	}
	return found, nil
}

// OpenURL opens a page in the browser of the desktop, where there is one.
func (b *backend) OpenURL(url string) error {
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
	case <-time.After(2 * time.Second): // it may stay until the browser is closed
		return nil
	}
}
