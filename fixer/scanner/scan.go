package scanner

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/text"
)

// Options bound a scan.
type Options struct {
	PerImage time.Duration // 0 is 5 minutes: an image is often downloaded first
	Total    time.Duration // of all images; 0 is 30 minutes

	// Offline lets the scanner look at images and data that are on this machine
	// only.
	Offline bool
}

// A Result is what a scanner said of one image.
type Result struct {
	Image   string
	Counts  Counts
	Failure string // why there are no counts, safe to show, as a clause; "" where there are
}

var errAllOver = errors.New("the time for all images was over")

// Scan yields the result of each image, in their order and one at a time: scanners
// lock their database. References must be in full form, which begins with no hyphen.
func (s Scanner) Scan(ctx context.Context, images []string, o Options) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		total, cancel := context.WithTimeout(ctx, cmp.Or(o.Total, 30*time.Minute))
		defer cancel()
		dir, err := os.MkdirTemp("", "oakum-scanner-")
		if err == nil {
			defer os.RemoveAll(dir)
		}
		for _, image := range images {
			r := Result{Image: image}
			switch {
			case err != nil:
				r.Failure = shown(err.Error())
			case total.Err() != nil:
				r.Failure = s.over(total, 0).Error()
			default:
				r.Counts, err = s.one(total, dir, image, o)
				if err != nil {
					r.Failure, err = shown(err.Error()), nil
				}
			}
			if !yield(r) {
				return
			}
		}
	}
}

// one scans one image in an empty directory.
func (s Scanner) one(all context.Context, dir, image string, o Options) (Counts, error) {
	limit := cmp.Or(o.PerImage, 5*time.Minute)
	ctx, cancel := context.WithTimeout(all, limit)
	defer cancel()
	args, env := s.arguments(image, o.Offline)
	cmd := exec.CommandContext(ctx, s.path, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.WaitDelay = 2 * time.Second // what it has started may keep the pipes open
	out, messages := &bounded{full: cancel}, &tail{}
	cmd.Stdout, cmd.Stderr = out, messages
	err := cmd.Run()
	if out.over {
		return Counts{}, fmt.Errorf("%s: its report is larger than %d MiB", s.Name, maxReport>>20)
	}
	counts, readErr := read(s.Name, out.data.Bytes())
	switch {
	case readErr == nil: // whatever the status is that the person has chosen for findings
		return counts, nil
	case ctx.Err() != nil:
		return Counts{}, s.over(all, limit)
	case err != nil:
		return Counts{}, fmt.Errorf("%s: %s", s.Name, cmp.Or(messages.last(), err.Error()))
	}
	return Counts{}, fmt.Errorf("%s: %w", s.Name, readErr)
}

// over says why an image got no more time; all is the time of all images.
func (s Scanner) over(all context.Context, limit time.Duration) error {
	switch err := all.Err(); {
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted")
	case err != nil:
		return errAllOver
	}
	return fmt.Errorf("%s did not finish within %s", s.Name, limit)
}

// arguments are those that make the scanner report one image as JSON, and the variables
// that they cannot say.
func (s Scanner) arguments(image string, offline bool) (args, env []string) {
	if s.Name == "grype" {
		env = []string{"GRYPE_CHECK_FOR_APP_UPDATE=false"}
		if offline {
			image = "docker:" + image // of Docker's images, never of a registry
			env = append(env, "GRYPE_DB_AUTO_UPDATE=false")
		}
		return []string{"--quiet", "--output", "json", image}, env
	}
	args = []string{"image", "--quiet", "--format", "json", "--scanners", "vuln"}
	if offline {
		args = append(args, "--offline-scan", "--skip-db-update", "--skip-java-db-update", "--image-src", "docker,containerd,podman")
	}
	return append(args, image), nil
}

// A bounded buffer takes a report, and ends the scanner when that is too large.
type bounded struct {
	data bytes.Buffer
	over bool
	full func()
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.data.Len()+len(p) > maxReport {
		b.over = true
		b.full()
		return 0, errors.New("too large")
	}
	return b.data.Write(p)
}

// A tail keeps the end of what is written to it.
type tail struct{ data []byte }

const maxTail = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p[max(0, len(p)-maxTail):]...)
	t.data = bytes.Clone(t.data[max(0, len(t.data)-maxTail):])
	return len(p), nil
}

// last is the last line that says something.
func (t *tail) last() string {
	lines := strings.Split(strings.TrimSpace(string(t.data)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// shown makes text of a scanner safe to show, and short.
func shown(s string) string {
	const most = 200
	s = text.VisibleLine(strings.ToValidUTF8(s, "�"))
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
