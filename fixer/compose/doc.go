// Package compose reads Compose files as Compose means them: services with
// what anchors, merge keys, `extends`, `include` and override files give them.
//
// A [File] is one file and its own services. A [Project] is the Compose files
// of a repository together; its [View] of a service answers what the service
// is set to and where that is written, so that a rule neither reports what is
// inherited nor edits the wrong file.
//
//	p := compose.NewProject(files, nil)
//	for _, v := range p.Views("compose.yaml") {
//		if on, _ := v.Setting("privileged").Bool(); on { … }
//	}
//
// What is written for a service reaches others: those that extend it, and the same
// service with other files read over it, as in docker compose -f compose.yaml -f
// compose.prod.yaml. [View.Reached] returns them, and [View.Place] where a value
// holds. Whether a YAML file is a Compose file is for [Recognise].
//
// # Semantics that editing must respect
//
// A YAML merge (`<<`) replaces a list, while `extends` and override files
// append to it. The tags !reset and !override take away and replace what weaker
// parts say. Values may hold variables; [Expand] fills in their defaults
// and says whether the result is certain, and [EndingOf] finds where a default can be
// written. Of environment files the names of variables are read ([Environment])
// and no values; variables of the shell are not known at all.
//
// # What an edit makes of the services
//
// [Compare] holds two versions of a project against each other: the services as they are
// with all that is read over them. Each edit is verified with it: only what it declares
// comes to another value, what it adds to keeps what it had, a variable that it sets in
// .env changes no other service, and it gives Compose no new reason to refuse a file.
// TestComposeModel asks compose-go about the same edits.
//
// # The reference implementation, and what is kept by hand
//
// compose-go is what Docker Compose reads its files with. It returns a model
// without positions, so it cannot say where a setting is written, and would
// make the program 1.5 MB larger; but it is the reference for what a setting is:
// TestJudge compares every view with what it loads (by way of composetest), over the files of
// testdata/judge and over real repositories. A difference is a bug here, or is
// named in that test.
package compose
