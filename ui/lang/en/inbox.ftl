# G: documents, decisions and notices that came.

inbox-title = Received
inbox-all = All { $count }
inbox-unopened-count = New { $count }
inbox-unopened = New
inbox-opened = Opened
inbox-notices = Notices
inbox-no-deadline = No deadline
inbox-papers = Papers: { $name }
inbox-notice = Notice: { $title }
inbox-decline = Reply: { $name }
inbox-decline-people = Reply: { $count } people
inbox-declined = Declined
inbox-main-open = Open the new one
inbox-main-open-short = Open
inbox-empty = Nothing has been received.
inbox-empty-filter = There is nothing here.
inbox-fetching = Fetching { $percent }%
inbox-undelivered = Did not arrive

document-papers = Papers
document-previous = Back
document-next = Next
document-previous-page = Page back
document-next-page = Next page
document-larger = Larger
document-smaller = Smaller
document-print = Print
document-drawing = Drawing the page
document-page-image = Page of the document
document-leaves-nothing = Nothing stays on this screen when you close it.

notice-important = Important
notice-from = From { $when }
