package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// Bounds of downloads, besides those of Options.
const (
	fileWorkers = 2
	filePiece   = 64 << 10 // bytes that are read at a time
)

// A keptFile is what is kept of a download: the file itself is not.
type keptFile struct {
	Checksum string `json:"checksum"`
	Size     int64  `json:"size"`
}

func (f keptFile) valid() bool { return validDigest(f.Checksum) && f.Size >= 0 }

// askFiles downloads the files of wishes, a few at a time.
func (r *Resolver) askFiles(ctx context.Context, wishes []image.Wish, send func(*image.Answer) bool) {
	calls, cancel := context.WithTimeout(ctx, r.options.FilesOverall)
	defer cancel()
	run := r.newRun(true)
	queue := make(chan image.Wish, len(wishes))
	for _, w := range wishes {
		queue <- w
	}
	close(queue)
	var workers sync.WaitGroup
	for range min(fileWorkers, len(wishes)) {
		workers.Go(func() {
			for w := range queue {
				if a, _ := run.answer(calls, w); !send(a) {
					return
				}
			}
		})
	}
	workers.Wait()
}

// file answers a wish about a file. It reports whether it could do so without a network
// that may not be used.
func (run *run) file(ctx context.Context, w image.Wish) (*image.Answer, bool) {
	out := &image.Answer{Ref: w.URL, Asked: image.AskFile}
	a := &asking{run: run}
	f, err := recall(ctx, a, "file", fileKey(w.URL), freshly, func(ctx context.Context) (keptFile, error) { return run.r.download(ctx, w.URL) })
	if err != nil {
		out.At, out.Failed, out.Failure = run.r.options.Now().UTC(), image.AskFile, &asFailure(err).Failure
		return out, !errors.Is(err, errNotKept)
	}
	out.At, out.Old, out.File = a.since.UTC(), a.said(), &image.RemoteFile{Checksum: f.Checksum, Size: f.Size}
	return out, true
}

// fileKey is what an answer about a file is kept under. An address may hold a secret,
// so only its host is kept in clear.
func fileKey(address string) string {
	sum := sha256.Sum256([]byte(address))
	return fileHost(address) + " " + hex.EncodeToString(sum[:])
}

// fileHost is the host that an address names.
func fileHost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// download reads a file to its end and computes its checksum, as BuildKit does: of the
// bytes after a compression for the transport. Neither the first host nor one that it
// leads to may be in a private network, because a repository names it and not the
// person, unless the person named the host for plain HTTP.
func (r *Resolver) download(ctx context.Context, address string) (keptFile, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return keptFile{}, fail(image.NotAsked, "the address of the file cannot be read")
	case u.User != nil:
		return keptFile{}, fail(image.NotAsked, "the address of the file holds a login, and is not used")
	}
	host := clean(u.Host)
	t := &trail{shown: host, plainAllowed: r.plainAllowed, file: true, private: r.plainNamed(u.Host)}
	if err := t.check(u); err != nil {
		return keptFile{}, err
	}
	ctx, cancel := context.WithCancelCause(context.WithValue(ctx, trailKey{}, t))
	defer cancel(nil)
	silence := fail(image.Unreachable, "%s sent nothing for %s", host, inWords(r.options.Timeout))
	watch := time.AfterFunc(r.options.Timeout, func() { cancel(silence) })
	defer watch.Stop()
	f, err := r.sum(ctx, u, host, func() { watch.Reset(r.options.Timeout) })
	switch {
	case err == nil:
		return f, nil
	case context.Cause(ctx) == error(silence):
		return keptFile{}, silence
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		return keptFile{}, fail(image.Unreachable, "%s was not waited for: all downloads together may take %s", host, inWords(r.options.FilesOverall))
	}
	return keptFile{}, fileFailure(host, err, r.options.Timeout)
}

// sum makes the request and reads the answer. moved is called with each piece that comes.
func (r *Resolver) sum(ctx context.Context, u *url.URL, host string, moved func()) (keptFile, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return keptFile{}, fail(image.NotAsked, "the address of the file cannot be read")
	}
	req.Header.Set("User-Agent", "oakum")
	resp, err := r.files.Do(req)
	if err != nil {
		return keptFile{}, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return keptFile{}, fail(image.NotFound, "%s has no such file (status %d)", host, resp.StatusCode)
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return keptFile{}, fail(image.Denied, "%s asks for a login (status %d)", host, resp.StatusCode)
	case resp.StatusCode != http.StatusOK:
		return keptFile{}, fail(image.BadAnswer, "%s answers with status %d", host, resp.StatusCode)
	case resp.ContentLength > r.options.MaxFile:
		return keptFile{}, r.tooLong(host)
	}
	moved()
	hash := sha256.New()
	buf := make([]byte, filePiece)
	var size int64
	for {
		n, err := resp.Body.Read(buf)
		hash.Write(buf[:n])
		if size += int64(n); size > r.options.MaxFile {
			return keptFile{}, r.tooLong(host)
		}
		if n > 0 {
			moved()
		}
		if stopped := ctx.Err(); stopped != nil { // an end that comes now may be one of the call
			return keptFile{}, stopped
		}
		if errors.Is(err, io.EOF) {
			return keptFile{Checksum: "sha256:" + hex.EncodeToString(hash.Sum(nil)), Size: size}, nil
		}
		if err != nil {
			return keptFile{}, err
		}
	}
}

func (r *Resolver) tooLong(host string) *failure {
	return fail(image.BadAnswer, "%s sends more than %d MiB, which is more than oakum downloads", host, r.options.MaxFile>>20)
}

// fileFailure says in words why a download failed.
func fileFailure(host string, err error, timeout time.Duration) *failure {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fail(image.Unreachable, "%s ended the download before the end of the file", host)
	}
	return connectionFailure(host, err, timeout)
}
