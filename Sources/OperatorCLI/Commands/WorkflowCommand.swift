import ArgumentParser

/// `mizzo workflow`: everything an operator does with runs. Mounted by the executable.
package struct WorkflowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "workflow",
        abstract: "See and steer workflows.",
        discussion: """
            EXAMPLES:
              mizzo workflow list --status running --blocked
              mizzo workflow why publish-track/7f3a
              mizzo workflow show publish-track/7f3a --follow
              mizzo workflow signal publish-track/7f3a --name review --input '{"approved":true}'

            EXIT CODES:
              0 ok, 1 refused, 64 usage, 65 damaged data, 66 not found,
              69 no database, 70 internal, 75 try again; result: 20 failed,
              21 cancelled, 22 terminated, 23 timed out, 24 still running
            """,
        subcommands: [
            ListCommand.self, ShowCommand.self, DescribeCommand.self, WhyCommand.self, AttemptsCommand.self,
            ResultCommand.self, StartCommand.self, SignalCommand.self, CancelCommand.self, TerminateCommand.self,
        ]
    )

    package init() {}
}
