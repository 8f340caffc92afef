#include "sink/sink.h"
struct sink *sink_table_new(const struct sink_context *context){return sink_pipe_new(context);}
struct sink *sink_tree_new(const struct sink_context *context){return sink_pipe_new(context);}
struct sink *sink_summary_new(const struct sink_context *context){return sink_pipe_new(context);}
