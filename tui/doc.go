// Package tui is the terminal interface: it walks a person through the
// findings of a repository, shows every byte before it is written, and writes
// when requested.
//
// # How it is built
//
// [App] is the root model and only routes: size, colours and leaving are its
// own; every other message goes to the model, the topmost overlay or the
// topmost screen. The model is what all screens work on: the session, the
// newest plan, the stack of screens, the toast. A screen is a struct in a file
// of its own; what it shows is drawn by the plain structs of tui/widget. A key
// becomes an action by the tables in keymap.go, and nowhere else.
//
// # Invariants
//
//   - The interface has no write path of its own. It records decisions in a
//     [engine.Session]; only enter on the plan screen hands the plan's changes
//     to [Backend.Commit].
//   - Update does no I/O and folds nothing. Work runs in commands; what they
//     return carries a generation number, and is dropped when decisions,
//     facts or files have changed since.
//   - The session is worked on by one goroutine at a time. Where a command
//     needs it, it is lent out; keys that would touch it wait in line.
//   - Everything shown that came from outside passes text.Visible.
//   - Every frame has exactly as many lines as the terminal, none wider.
//
// # Example
//
//	res, err := tui.Run(ctx, tui.Options{Title: "shop/", Rules: rules.All(), Backend: backend})
//	if err != nil { … }
//	fmt.Print(res.Summary) // stays in the scrollback
//	os.Exit(res.ExitCode())
package tui
