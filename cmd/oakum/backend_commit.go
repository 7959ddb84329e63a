package main

import (
	"context"
	"errors"

	"oakum/fixer/engine"
	"oakum/fixer/workspace"
	"oakum/tui"
)

// Commit writes the changes and forgets the decisions that led to them.
func (b *backend) Commit(ctx context.Context, changes []engine.Change) (*tui.Receipt, error) {
	ws := b.loaded.Load()
	if ws == nil {
		return nil, errors.New("no files have been read")
	}
	record, err := workspace.Commit(ctx, ws.Root, toWrite(changes))
	if err != nil {
		return nil, refusal(err)
	}
	receipt := &tui.Receipt{Undo: undoCommand(ws.Root), Warnings: record.Warnings}
	for _, f := range record.Files {
		receipt.Written = append(receipt.Written, f.Path)
	}
	if err := b.SaveDecisions(nil); err != nil {
		receipt.Warnings = append(receipt.Warnings, err.Error())
	}
	return receipt, nil
}

// refusal is the interface's word for files that stand in the way. A write
// that broke off half way is none: something was written then.
func refusal(err error) error {
	var refused *workspace.RefusedError
	if !errors.As(err, &refused) || refused.Interrupted {
		return err
	}
	out := &tui.RefusedError{}
	for _, r := range refused.Refusals {
		changed := r.Code == workspace.RefusedChanged || r.Code == workspace.RefusedMissing || r.Code == workspace.RefusedExists
		out.Files = append(out.Files, tui.RefusedFile{Path: r.Path, Reason: r.Reason, Changed: changed})
	}
	return out
}

// toWrite says the changes in the words of the room that writes them.
func toWrite(changes []engine.Change) []workspace.Change {
	var out []workspace.Change
	for _, c := range changes {
		out = append(out, workspace.Change{Path: c.Path, Before: c.Before, After: c.After})
	}
	return out
}
