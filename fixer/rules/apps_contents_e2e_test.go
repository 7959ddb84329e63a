//go:build e2e

package rules_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strings"
)

// contents are the files and packages of an image.
type contents struct {
	paths    map[string]bool // absolute; without those that a link leads to
	packages map[string]bool // of Debian, by their names
}

// hasTool reports whether a program is in one of the directories named bin.
func (c *contents) hasTool(name string) bool {
	for p := range c.paths {
		if strings.HasSuffix(p, "/bin/"+name) {
			return true
		}
	}
	return false
}

// contents reads all of an image.
func (e *dockerEngine) contents(image string) (*contents, error) {
	id, err := e.run("create", image, "nothing") // never started
	if err != nil {
		return nil, err
	}
	defer func() { _, _ = e.run("rm", id) }()
	cmd := exec.CommandContext(e.ctx, e.client, "export", id)
	cmd.Env = e.env
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c, err := readContents(out)
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, err
	}
	return c, cmd.Wait()
}

func readContents(from io.Reader) (*contents, error) {
	c := &contents{paths: map[string]bool{}, packages: map[string]bool{}}
	archive := tar.NewReader(from)
	for {
		h, err := archive.Next()
		if err == io.EOF {
			_, err := io.Copy(io.Discard, from) // what fills the last block up
			return c, err
		}
		if err != nil {
			return nil, err
		}
		name := path.Join("/", h.Name)
		c.paths[name] = true
		if dir, file := path.Split(name); dir == "/var/lib/dpkg/status.d/" || name == "/var/lib/dpkg/status" && file != "" {
			var text bytes.Buffer
			if _, err := io.Copy(&text, archive); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			c.addPackages(text.String())
		}
	}
}

// addPackages reads what dpkg keeps of what is installed.
func (c *contents) addPackages(status string) {
	for entry := range strings.SplitSeq(status, "\n\n") {
		name, installed := "", true
		for line := range strings.Lines(entry) {
			field, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch field {
			case "Package":
				name = value
			case "Status":
				installed = strings.HasSuffix(value, " installed")
			}
		}
		if name != "" && installed {
			c.packages[name] = true
		}
	}
}
