package tui

import (
	"bytes"
	"os/exec"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// about does what the list and the review can do about a finding besides
// deciding on it.
func (d *model) about(a action, f *fixer.Finding, v *detail) tea.Cmd {
	offer := f
	if o := d.current.outcome(f.Key()); o != nil {
		offer = d.offer(o)
	}
	switch a {
	case actAcceptRule:
		return d.acceptRule(offer, v.fix, v.params)
	case actAcceptSafe:
		return d.acceptShown(d.list.safeShown(d))
	case actIgnore:
		return d.openOverlay(newIgnore(f.Key()))
	case actOptions:
		if len(offer.Fixes) == 0 {
			return d.warn("No automatic fix, so there is nothing to choose")
		}
		return d.push(newOptions(offer, v.fix, v.params))
	case actExplain:
		return d.push(newExplain(d.rule(f.Rule), f.Key(), v))
	case actZoom:
		return d.push(newDiffOf(f.Key()))
	case actEditor:
		return d.edit(f)
	case actReference:
		return d.openReference(d.rule(f.Rule))
	case actCopy:
		return d.copyPreview(f.Key())
	case actPlan:
		return d.push(newPlan())
	}
	return nil
}

// openReference opens a rule's first reference that has an address.
func (d *model) openReference(r *fixer.Rule) tea.Cmd {
	url := firstURL(r)
	if url == "" {
		return d.say("%s has no reference with an address", r.Name)
	}
	b := d.opts.Backend
	return func() tea.Msg { return openedMsg{url, b.OpenURL(url)} }
}

func firstURL(r *fixer.Rule) string {
	for _, ref := range r.References {
		if url := ref.URL(); strings.HasPrefix(url, "https://") {
			return url
		}
	}
	return ""
}

// openedMsg says whether a page could be opened.
type openedMsg struct {
	url string
	err error
}

func (msg openedMsg) apply(d *model) tea.Cmd {
	if msg.err != nil {
		return tea.Batch(tea.SetClipboard(msg.url), d.warn("No browser here (%v); copied %s", msg.err, msg.url))
	}
	return d.say("Opened %s", msg.url)
}

// copyPreview copies the diff of the preview of a finding. What is copied is
// the patch itself, byte for byte, and not what made it visible-safe.
func (d *model) copyPreview(k fixer.Key) tea.Cmd {
	p, exact := d.previewOf(k)
	if o := d.current.outcome(k); (p == nil || !exact) && o != nil && len(d.offer(o).Fixes) == 0 {
		return d.say("There is no diff to copy: no automatic fix is known for this finding")
	}
	if p == nil || !exact {
		return d.say("The diff is still being worked out")
	}
	return d.copy(patchOf(between(p.without, p.with)), "diff")
}

func (d *model) copy(s, what string) tea.Cmd {
	if s == "" {
		return d.say("Nothing to copy")
	}
	return tea.Batch(tea.SetClipboard(s), d.say("Copied the %s, if the terminal allows it", what))
}

// edit opens the file of a finding in the person's editor. Afterwards all
// files are read again.
func (d *model) edit(f *fixer.Finding) tea.Cmd {
	b, path, line := d.opts.Backend, f.File, f.Line
	return func() tea.Msg {
		cmd, err := b.Editor(path, line)
		return editorMsg{cmd, err}
	}
}

// editorMsg brings the editor's command.
type editorMsg struct {
	cmd *exec.Cmd
	err error
}

func (msg editorMsg) apply(d *model) tea.Cmd {
	if msg.err != nil {
		return d.warn("Cannot start an editor: %v", msg.err)
	}
	return tea.Exec(foreground{msg.cmd}, func(err error) tea.Msg { return editedMsg{err} })
}

// editedMsg says that the editor is closed.
type editedMsg struct{ err error }

func (msg editedMsg) apply(d *model) tea.Cmd {
	if msg.err != nil {
		return d.rescan("The editor failed: " + msg.err.Error() + "; ")
	}
	return d.rescan("")
}

// patchOf writes the diffs of files the way git apply reads them.
func patchOf(files []widget.DiffFile) string {
	var b bytes.Buffer
	for _, f := range files {
		b.WriteString(text.Unified(f.Path, f.Before, f.After, 3))
	}
	return b.String()
}
