# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for fish. The program knows its options: include/cli/complete.h.

function __perf_exec_trace_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] --complete -- $words[2..-1] 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path $words[-1]
            case :directories
                __fish_complete_directories $words[-1] ''
            case ':command *'
                # N counts from the word behind the program, fish from 1.
                set -l first (math (string replace ':command ' '' -- $line) + 2)
                complete -C (string join ' ' -- (string escape -- $words[$first..-2]) $words[-1])
            case '*'
                printf '%s\n' $line
        end
    end
end

complete -c perf_exec_trace -f -a '(__perf_exec_trace_complete)'
